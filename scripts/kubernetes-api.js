// `node scripts/kubernetes-api.js`: builds etcd, kube-apiserver and kube-controller-manager for test/systems/kubernetes.test.ts,
// once, below ~/.cache/opampsupervisor/kubernetes. Needs Go on the PATH and some ten minutes the first time.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";

const kubernetes = "v1.34.1";
/** The modules beside it have versions of their own. */
const staging = kubernetes.replace(/^v1\./, "v0.");
const etcd = "v3.6.5";

const home = join(homedir(), ".cache", "opampsupervisor", "kubernetes");
const programs = join(home, "bin");
const say = (line) => process.stdout.write(`${line}\n`);

function go(directory, ...args) {
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=mod" };
  return execFileSync("go", args, {
    cwd: directory,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** A module that needs the packages, so that their versions are settled once. */
function moduleOf(name, lines, packages) {
  const directory = join(home, "work", name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "go.mod"), `module opampsupervisor/${name}\n${lines.join("\n")}\n`);
  const imports = packages.map((each) => `import _ "${each}"`).join("\n");
  writeFileSync(join(directory, "tools.go"), `package main\n\n${imports}\n\nfunc main() {}\n`);
  return directory;
}

function build(directory, name, from) {
  say(`Building ${name} ...`);
  go(directory, "build", "-ldflags", "-s -w", "-o", join(programs, `${name}.new`), from);
  renameSync(join(programs, `${name}.new`), join(programs, name));
}

/** Kubernetes names the modules beside it by their place in its repository, which a module that needs it has to repeat. */
function kubernetesModule() {
  const { GoMod } = JSON.parse(
    go(home, "mod", "download", "-json", `k8s.io/kubernetes@${kubernetes}`),
  );
  const text = readFileSync(GoMod, "utf8");
  const beside = [...text.matchAll(/^\s*(k8s\.io\/[a-z-]+) => \.\/staging\//gm)];
  return moduleOf(
    "kubernetes-api",
    [
      `go ${/^go (\S+)/m.exec(text)?.[1] ?? "1.24"}`,
      `require k8s.io/kubernetes ${kubernetes}`,
      ...beside.map(([, path]) => `replace ${path} => ${path} ${staging}`),
    ],
    ["kube-apiserver", "kube-controller-manager"].map(
      (name) => `k8s.io/kubernetes/cmd/${name}/app`,
    ),
  );
}

const missing = (name) => !existsSync(join(programs, name));
mkdirSync(programs, { recursive: true });
if (missing("etcd")) {
  const lines = ["go 1.24", `require go.etcd.io/etcd/server/v3 ${etcd}`];
  const directory = moduleOf("etcd", lines, ["go.etcd.io/etcd/server/v3/etcdmain"]);
  go(directory, "mod", "tidy");
  build(directory, "etcd", "go.etcd.io/etcd/server/v3");
}
const wanted = ["kube-apiserver", "kube-controller-manager"].filter(missing);
if (wanted.length > 0) {
  const directory = kubernetesModule();
  go(directory, "mod", "tidy");
  for (const name of wanted) build(directory, name, `k8s.io/kubernetes/cmd/${name}`);
}
say(programs);
