import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  type ApiAnswer,
  type ApiClient,
  createApiClient,
} from "../../../src/kubernetes/api-client.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { until } from "../until.ts";

const programs = join(homedir(), ".cache", "opampsupervisor", "kubernetes", "bin");

/** Why there is no real API to test with; undefined where there is one. */
export const noRealApi: string | undefined = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
].every((name) => existsSync(join(programs, name)))
  ? undefined
  : "no kube-apiserver: build it once with `node scripts/kubernetes-api.js`";

/** A real API server on loopback, with a namespace `monitoring`. */
export interface RealApi {
  /** May do anything. */
  readonly admin: (
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
    contentType?: string,
  ) => Promise<ApiAnswer>;
  readonly administrator: ApiClient;
  /** May do what it is given. */
  readonly supervisor: ApiClient;
  readonly endpoint: string;
  /** What lets the supervisor in. */
  readonly token: string;
  readonly caFile: string;
  /** Sends the API server a signal: SIGSTOP, and it answers nobody until SIGCONT. */
  readonly signal: (signal: NodeJS.Signals) => void;
}

const ports = { etcd: 32_379, peers: 32_380, api: 36_443 };

/** Starts etcd and kube-apiserver; they end with the test. */
export async function startRealApi(): Promise<RealApi> {
  const folder = temporaryFolder();
  const inFolder = (name: string): string => join(folder, name);
  execFileSync("openssl", ["genrsa", "-out", inFolder("key"), "2048"], { stdio: "ignore" });
  const tokens = 'admin-token,admin,1,"system:masters"\nsupervisor-token,supervisor,2,"nobodies"\n';
  writeFileSync(inFolder("tokens"), tokens);
  const client = `http://127.0.0.1:${ports.etcd}`;
  run("etcd", folder, {
    ...{ "data-dir": inFolder("etcd"), "listen-client-urls": client },
    ...{ "advertise-client-urls": client, "unsafe-no-fsync": "true" },
    "listen-peer-urls": `http://127.0.0.1:${ports.peers}`,
  });
  const server = run("kube-apiserver", folder, {
    ...{ "etcd-servers": client, "secure-port": String(ports.api), "cert-dir": inFolder("certs") },
    ...{ "bind-address": "127.0.0.1", "advertise-address": "127.0.0.1" },
    ...{ "service-cluster-ip-range": "10.0.0.0/24", "service-account-issuer": "https://test" },
    "service-account-key-file": inFolder("key"),
    "service-account-signing-key-file": inFolder("key"),
    ...{ "authorization-mode": "RBAC", "token-auth-file": inFolder("tokens") },
    "disable-admission-plugins": "ServiceAccount",
  });
  const certificate = inFolder("certs/apiserver.crt");
  await until(() => existsSync(certificate));
  const connect = (token: string): ApiClient => {
    // It has made this certificate for itself.
    const access = () => ({
      ...{ endpoint: `https://127.0.0.1:${ports.api}`, token },
      ca: readFileSync(certificate, "utf8"),
    });
    const made = createApiClient(access, { timeoutMs: 10_000, idleMs: 120_000 });
    onTestFinished(made.close);
    return made;
  };
  const admin = connect("admin-token");
  while ((await admin.request({ method: "GET", path: "/readyz" })).is !== "done") {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const ask: RealApi["admin"] = (method, path, body, contentType = "application/json") =>
    admin.request({ method, path, body, contentType });
  const cluster = {
    server: `https://127.0.0.1:${ports.api}`,
    "certificate-authority": certificate,
  };
  const kubeconfig = {
    ...{ apiVersion: "v1", kind: "Config", "current-context": "x" },
    clusters: [{ name: "x", cluster }],
    users: [{ name: "x", user: { token: "admin-token" } }],
    contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
  };
  writeFileSync(inFolder("kubeconfig"), JSON.stringify(kubeconfig));
  run("kube-controller-manager", folder, {
    ...{ kubeconfig: inFolder("kubeconfig"), "leader-elect": "false", "secure-port": "0" },
    controllers:
      "deployment-controller,replicaset-controller,daemonset-controller,statefulset-controller",
  });
  await ask("POST", "/api/v1/namespaces", { metadata: { name: "monitoring" } });
  return {
    ...{ admin: ask, administrator: admin, supervisor: connect("supervisor-token") },
    ...{ endpoint: cluster.server, token: "supervisor-token", caFile: certificate },
    signal: (signal) => void server.kill(signal),
  };
}

function run(
  name: string,
  folder: string,
  options: Readonly<Record<string, string>>,
): ChildProcess {
  const args = Object.entries(options).map(([key, value]) => `--${key}=${value}`);
  const log = openSync(join(folder, `${name}.log`), "w");
  const child: ChildProcess = spawn(join(programs, name), args, { stdio: ["ignore", log, log] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await ended;
  });
  return child;
}
