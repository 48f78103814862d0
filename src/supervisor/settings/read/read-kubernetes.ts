import { join, resolve } from "node:path";
import { ownNamespace, serviceAccountDirectory } from "../../../kubernetes/access.ts";
import { kubernetesKeys } from "../keys/known-keys.ts";
import type { AttachSettings, KubernetesSettings } from "../settings.ts";
import { warnOfNoAttach } from "./read-attach.ts";
import type { Reading } from "./reading.ts";

const key = "agent.kubernetes";

/** Keys of an agent that is one process, with why they mean nothing for the pods of a workload. */
const idleKeys: readonly (readonly [string, string])[] = [
  ["agent.args", "the pods are started by Kubernetes: they are used to validate only"],
  ["agent.env", "the pods are started by Kubernetes: it is used to validate only"],
  ["agent.passthrough_logs", "the pods' output belongs to Kubernetes"],
  ["agent.collector_crash_log_snippet_kib", "the pods' output belongs to Kubernetes"],
  ["agent.start_timeout", "see agent.kubernetes.progress_deadline"],
  ["agent.data_flow_interval", "the metrics of many pods are not read"],
];

/** What servers may offer that is kept in files of the supervisor, which no pod has. */
const offeredFiles = [
  "capabilities.reports_own_logs",
  "capabilities.reports_own_traces",
  "capabilities.accepts_other_connection_settings",
];

/** How long a rollout has to stay complete where nobody wrote it: a collector that ends soon has begun to restart by then. */
const usualSettleMs = 10_000;

/** `agent.apply_settle` of a fleet; undefined where the agent is no fleet. */
export function fleetSettle(reading: Reading): number | undefined {
  if (reading.text("agent.mode") !== "kubernetes") return undefined;
  return reading.written("agent.apply_settle") ? undefined : usualSettleMs;
}

/** `agent.kubernetes`, or undefined where the agent is no workload of Kubernetes. */
export function readFleet(reading: Reading): AttachSettings | undefined {
  if (reading.text("agent.mode") !== "kubernetes") {
    for (const path of Object.keys(kubernetesKeys).map((name) => `${key}.${name}`)) {
      if (reading.written(path)) reading.warn("not-acted-on", path, "agent.mode is not kubernetes");
    }
    return undefined;
  }
  warnOfIdle(reading);
  warnOfNoAttach(reading);
  return {
    ...{ configPath: undefined, configMode: 0o640, find: "health", executable: "" },
    ...{ reloadCommand: [], restartCommand: [], mayEnd: true },
    kubernetes: readKubernetes(reading),
  };
}

function warnOfIdle(reading: Reading): void {
  for (const [path, because] of idleKeys) {
    if (reading.written(path) || reading.node(path) !== undefined) {
      reading.warn("not-acted-on", path, because);
    }
  }
  const because =
    "not offered to the server: it takes files that the pods of a workload do not have";
  for (const path of offeredFiles)
    if (reading.flag(path)) reading.warn("not-acted-on", path, because);
}

function readKubernetes(reading: Reading): KubernetesSettings {
  const { text } = reading;
  const { kind, name } = readWorkload(reading);
  const inCluster = text(`${key}.endpoint`) === undefined;
  return {
    namespace: readNamespace(reading),
    ...{ kind, name },
    configMap: readName("config_map", reading),
    key: readKey(reading),
    container: text(`${key}.container`),
    takeOver: reading.flag(`${key}.take_over`),
    endpoint: readEndpoint(reading),
    tokenFile: readFile("token_file", reading) ?? join(serviceAccountDirectory, "token"),
    caFile:
      readFile("ca_file", reading) ??
      (inCluster ? join(serviceAccountDirectory, "ca.crt") : undefined),
    progressMs: reading.number(`${key}.progress_deadline`) ?? 0,
    ...{ lease: readLease(kind, name, reading), leaseMs: readLeaseMs(reading) },
  };
}

function readWorkload(reading: Reading): Pick<KubernetesSettings, "kind" | "name"> {
  const path = `${key}.workload`;
  const [, kind, name] =
    /^(deployment|daemonset|statefulset)\/([a-z0-9]([-a-z0-9.]*[a-z0-9])?)$/.exec(
      reading.text(path) ?? "",
    ) ?? [];
  if (kind === "deployment" || kind === "daemonset" || kind === "statefulset") {
    return { kind, name: name ?? "" };
  }
  const expected = "expected deployment/NAME, daemonset/NAME or statefulset/NAME";
  const code = reading.written(path) ? "value-invalid" : "key-missing";
  reading.error(code, path, `${expected}, found ${reading.quoted(path)}`);
  return { kind: "deployment", name: "" };
}

const nameForm = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
/** The hash is added to it. */
const longestName = 253 - 11;

function readName(name: "config_map", reading: Reading): string {
  const path = `${key}.${name}`;
  const written = reading.text(path) ?? "";
  if (nameForm.test(written) && written.length <= longestName) return written;
  const expected =
    "expected the name of the ConfigMap that the pod template's volume names, in lower case";
  const code = reading.written(path) ? "value-invalid" : "key-missing";
  reading.error(code, path, `${expected}, found ${reading.quoted(path)}`);
  return "";
}

function readKey(reading: Reading): string {
  const path = `${key}.key`;
  const written = reading.text(path) ?? "";
  if (/^[-._a-zA-Z0-9]{1,253}$/.test(written)) return written;
  const expected =
    "expected the key in the ConfigMap, which is the name of the file that the collector's --config names";
  const code = reading.written(path) ? "value-invalid" : "key-missing";
  reading.error(code, path, `${expected}, found ${reading.quoted(path)}`);
  return "";
}

function readLease(kind: string, name: string, reading: Reading): string {
  const path = `${key}.lease`;
  const lease = reading.text(path) ?? `opampsupervisor-${kind}-${name}`;
  if (nameForm.test(lease) && lease.length <= longestLease) return lease;
  // What is wrong with the workload has been said.
  if (name === "") return "";
  const expected = `expected the name of a Lease in lower case, of ${longestLease} characters at most`;
  reading.error("value-invalid", path, `${expected}, found ${lease}`);
  return "";
}

const longestLease = 253;
const shortestLeaseMs = 6_000;
const longestLeaseMs = 3_600_000;

function readLeaseMs(reading: Reading): number {
  const path = `${key}.lease_duration`;
  const durationMs = reading.number(path) ?? 0;
  if (durationMs < shortestLeaseMs || durationMs > longestLeaseMs) {
    reading.error("value-invalid", path, `expected 6s to 1h, found ${reading.quoted(path)}`);
  }
  return durationMs;
}

function readNamespace(reading: Reading): string {
  const path = `${key}.namespace`;
  const written = reading.text(path) ?? ownNamespace();
  if (written !== undefined && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(written)) return written;
  const expected =
    "expected the namespace of the workload (outside of a cluster there is no default)";
  const code = reading.written(path) ? "value-invalid" : "key-missing";
  reading.error(code, path, `${expected}, found ${reading.quoted(path)}`);
  return "";
}

function readEndpoint(reading: Reading): string | undefined {
  const path = `${key}.endpoint`;
  const written = reading.text(path);
  if (written === undefined) return undefined;
  if (/^https?:\/\/[^/]+\/?$/.test(written) && URL.canParse(written)) return written;
  const expected = "expected the address of the Kubernetes API, for example https://10.0.0.1:6443";
  reading.error("value-invalid", path, `${expected}, found ${reading.quoted(path)}`);
  return undefined;
}

function readFile(name: "token_file" | "ca_file", reading: Reading): string | undefined {
  const written = reading.text(`${key}.${name}`);
  return written === undefined ? undefined : resolve(reading.sources.workingDirectory, written);
}
