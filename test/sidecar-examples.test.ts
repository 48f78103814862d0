import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments, parse } from "yaml";
import { defaultHealthEndpoint } from "../src/agent-config/probe-target.ts";
import { program } from "./helpers/e2e/daemon.ts";
import { createFolder, brief, settingsOf } from "./supervisor/settings/fixture-folder.ts";

const folder = join(import.meta.dirname, "../examples/sidecar");
const text = (name: string): string => readFileSync(join(folder, name), "utf8");

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly restartPolicy: string;
  readonly startupProbe: {
    readonly exec?: { readonly command: readonly string[] };
    readonly httpGet?: { readonly port: number };
  };
  readonly livenessProbe?: { readonly periodSeconds: number; readonly failureThreshold: number };
  readonly securityContext: { readonly capabilities: unknown };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Pod {
  readonly spec: {
    readonly shareProcessNamespace: boolean;
    readonly terminationGracePeriodSeconds: number;
    readonly securityContext: { readonly runAsUser: number; readonly fsGroup: number };
    readonly initContainers: readonly [Container, Container];
  };
}

interface Task {
  readonly pidMode: string;
  readonly containerDefinitions: readonly {
    readonly name: string;
    readonly user?: string;
    readonly command?: readonly string[];
    readonly restartPolicy?: { readonly enabled: boolean };
    readonly stopTimeout?: number;
    readonly dependsOn?: readonly { readonly containerName: string; readonly condition: string }[];
    readonly environment: readonly { readonly name: string; readonly value: string }[];
    readonly healthCheck?: { readonly command: readonly string[] };
  }[];
}

/** The settings as `check` reads them, with the files that they name put beside them. */
function check(yaml: string, localPath: string) {
  const host = createFolder();
  host.write("local.yaml", "a: b\n");
  const read = host.read(yaml.replace(localPath, "local.yaml"), { OPAMP_TOKEN: "abcdef" });
  expect(brief(read.problems)).toEqual([]);
  return settingsOf(read);
}

test("the pod has what attach needs, and its supervisor.yaml is good", () => {
  const [map, pod] = parseAllDocuments(text("kubernetes.yaml")).map(
    (document) => document.toJS() as unknown,
  ) as [{ data: Record<string, string> }, Pod];
  const { agent } = check(map.data["supervisor.yaml"] ?? "", "/etc/opampsupervisor/local.yaml");
  const { spec } = pod;
  const [supervisor, collector] = spec.initContainers;
  expect(spec.shareProcessNamespace).toBe(true);
  expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
  expect([supervisor, collector].map((each) => each.restartPolicy)).toEqual(["Always", "Always"]);
  // In the order of the list, each after the startup probe of the one before.
  expect(supervisor.name).toBe("opampsupervisor");
  expect(supervisor.startupProbe.exec?.command).toContain(agent.attach?.configPath);
  expect(collector.args).toEqual([`--config=${agent.attach?.configPath ?? ""}`]);
  for (const { volumeMounts } of [supervisor, collector]) {
    expect(volumeMounts).toContainEqual(expect.objectContaining({ mountPath: "/shared" }));
  }
  expect(collector.startupProbe.httpGet?.port).toBe(Number(defaultHealthEndpoint.split(":")[1]));
  const { periodSeconds = 0, failureThreshold = 0 } = collector.livenessProbe ?? {};
  expect(periodSeconds * failureThreshold * 1000, "longer than a reload").toBeGreaterThan(15_000);
  expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(agent.stopTimeoutMs);
  expect((agent.attach?.configMode ?? 0) & 0o040, "its group may read").not.toBe(0);
  const local = parse(map.data["local.yaml"] ?? "") as Record<string, Record<string, unknown>>;
  expect(local["extensions"]?.["health_check"]).toEqual({ endpoint: "0.0.0.0:13133" });
});

test("the check in examples/sidecar/README.md says that the pod's settings are good", () => {
  const [map] = parseAllDocuments(text("kubernetes.yaml"));
  const { data } = map?.toJS() as { data: Record<string, string> };
  const host = createFolder();
  host.write("local.yaml", data["local.yaml"] ?? "");
  const settings = (data["supervisor.yaml"] ?? "")
    .replace("/etc/opampsupervisor/local.yaml", "./local.yaml")
    .replace("/shared/effective.yaml", "./effective.yaml")
    .replace("/state/storage", "./storage");
  host.write("supervisor.yaml", settings);
  const [, command = ""] = /```sh\n(.*?)\n```/s.exec(text("README.md")) ?? [];
  const typed = command.replace("opampsupervisor", `"${process.execPath}" "${program}"`);
  const said = execFileSync("sh", ["-e", "-c", typed], { cwd: host.path, encoding: "utf8" });
  expect(said).toContain("supervisor.yaml is good (0 errors, 0 warnings)");
});

test("the ECS task has what attach needs, and its supervisor.yaml is good", () => {
  const task = JSON.parse(text("ecs-task.json")) as Task;
  const [supervisor, collector, application] = task.containerDefinitions;
  const yaml = supervisor?.environment.find(({ name }) => name === "SUPERVISOR_YAML")?.value ?? "";
  const { agent } = check(yaml, "/state/local.yaml");
  expect(task.pidMode).toBe("task");
  expect(supervisor?.user).toBe(collector?.user);
  expect(supervisor?.healthCheck?.command.join(" ")).toContain(agent.attach?.configPath);
  expect(collector?.command).toEqual([`--config=${agent.attach?.configPath ?? ""}`]);
  const healthy = (containerName: string) => [{ containerName, condition: "HEALTHY" }];
  expect(collector?.dependsOn).toEqual(healthy("opampsupervisor"));
  expect(application?.dependsOn).toEqual(healthy("collector"));
  expect((collector?.stopTimeout ?? 0) * 1000).toBeGreaterThanOrEqual(agent.stopTimeoutMs);
  expect(agent.attach?.mayEnd, "a container that is ended is started again").toBe(
    collector?.restartPolicy?.enabled,
  );
});

test("both are explained, and the settings in docs/attach.md are good", () => {
  for (const name of ["kubernetes.yaml", "ecs-task.json"]) {
    expect(text("README.md")).toContain(name);
  }
  const docs = readFileSync(join(folder, "../../docs/attach.md"), "utf8");
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(docs) ?? [];
  expect(check(yaml, "./local.yaml").agent.attach?.executable).toBe("otelcol");
});
