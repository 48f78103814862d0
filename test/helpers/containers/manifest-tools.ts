import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const tools = join(homedir(), ".cache/opampsupervisor/tools");

function built(name: string, module: string): string {
  const path = join(tools, "bin", name);
  if (!existsSync(path)) {
    mkdirSync(join(tools, "bin"), { recursive: true });
    execFileSync("go", ["install", module], {
      env: { ...process.env, GOBIN: join(tools, "bin") },
      stdio: "pipe",
    });
  }
  return path;
}

/** Why manifests cannot be built and validated here; undefined where they can. */
export function whyNoManifests(): string | undefined {
  const missing = ["go", "pip", "python3"].filter(
    (tool) => spawnSync(tool, tool === "go" ? ["version"] : ["--version"]).error !== undefined,
  );
  return missing.length === 0 ? undefined : `not installed: ${missing.join(", ")}`;
}

/** What kustomize makes of a folder. */
export function kustomize(folder: string): string {
  const program = built("kustomize", "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1");
  return execFileSync(program, ["build", folder]).toString();
}

/** What helm makes of a chart; or its words, where it refuses. */
export function helmTemplate(chart: string, settings: readonly string[]): string {
  const program = built("helm", "helm.sh/helm/v3/cmd/helm@v3.22.0");
  const given = settings.flatMap((each) => ["--set", each]);
  // One that is built from its sources takes the cluster for an old one.
  const args = ["template", "otel", chart, "--kube-version", "1.34", ...given];
  const { stdout, stderr, status } = spawnSync(program, args);
  return status === 0 ? stdout.toString() : stderr.toString();
}

/** What Kubernetes would refuse in manifests, keys that it does not know included; empty where there is nothing. */
export function validate(manifests: string): string {
  const folder = join(tools, "kubernetes-validate");
  if (!existsSync(folder)) {
    execFileSync("pip", ["install", "--quiet", "--target", folder, "kubernetes-validate==1.37.0"], {
      stdio: "pipe",
    });
  }
  const env = { ...process.env, PYTHONPATH: folder };
  const args = ["-m", "kubernetes_validate", "--strict", "-"];
  const { status, stdout, stderr } = spawnSync("python3", args, { input: manifests, env });
  return status === 0 ? "" : `${stdout.toString()}${stderr.toString()}`;
}
