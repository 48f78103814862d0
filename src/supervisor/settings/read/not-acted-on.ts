import type { Checked } from "../file/check-tree.ts";
import type { ProblemList } from "../file/problem-list.ts";
import { type SettingNode, isNull, plainValue } from "../file/setting-node.ts";

/** Why a key has no effect. */
interface Reason {
  readonly because: string;
  /** Values that ask for nothing, when they are not the usual ones: false, 0, empty. */
  readonly idle?: readonly unknown[];
}

/**
 * Keys that are understood and have no effect yet. Each is said once, where the user wrote a value that asks for
 * something. A key stands for everything below it.
 */
export const notActedOn: Readonly<Record<string, Reason>> = {
  "server.tls.tpm.enabled": { because: "keys are read from files or text, not from a TPM" },
  "agent.validate_config": {
    because: "a configuration is always validated before it replaces the one that runs",
    idle: [true],
  },
  "agent.automatic_config_rollback": {
    because: "a configuration that fails is always replaced by the last good one",
    idle: [true],
  },
  "telemetry.logs.error_output_paths": {
    because: "errors of the logger itself go to stderr",
    idle: [["stderr"], "stderr", []],
  },
  "telemetry.metrics.views": { because: "the metrics are sent as they are" },
  "telemetry.traces.propagators": { because: "no trace goes on in another program" },
  "telemetry.traces.sampler": { because: "every span is sent, they are few" },
  "telemetry.traces.limits": { because: "the spans are small" },
  "healthcheck.tls.tpm.enabled": { because: "keys are read from files or text, not from a TPM" },
  "healthcheck.tls.reload_interval": {
    because: "the page's certificate is read when the supervisor starts",
  },
  "healthcheck.tls.client_ca_file_reload": {
    because: "the authorities of clients are read when the supervisor starts",
  },
  "healthcheck.cors.allowed_origins": { because: "the page is for programs, not for browsers" },
  "healthcheck.response_headers": { because: "the page's answers have no other headers" },
  "healthcheck.middlewares": { because: "requests for the page pass through no extension" },
};

/**
 * Keys without an effect that nobody misses: what they tune is done another way (nothing to bootstrap, no orphans
 * to detect), or they only matter beside a key that is warned of.
 */
export const needlessKeys: readonly string[] = [
  "agent.bootstrap_timeout",
  "agent.orphan_detection_interval",
  // Whoever takes packages tells of them.
  "capabilities.reports_package_statuses",
  "telemetry.traces.level",
  // Files are read for each connection anyway.
  "server.tls.reload_interval",
  // A suite that is named is offered, where Node has it.
  ...["server", "healthcheck"].map((part) => `${part}.tls.include_insecure_cipher_suites`),
  "server.tls.tpm",
  "healthcheck.tls.tpm",
  // The page opens no connections, takes no bodies, and waits for nobody.
  ...["dialer", "cors", "auth.request_params", "max_request_body_size", "include_metadata"].map(
    (key) => `healthcheck.${key}`,
  ),
  ...["compression_algorithms", "keep_alives_enabled"].map((key) => `healthcheck.${key}`),
  ...["read", "read_header", "write", "idle"].map((what) => `healthcheck.${what}_timeout`),
  // Who listens needs no authorities for itself.
  ...["ca_file", "ca_pem", "include_system_ca_certs_pool"].map((key) => `healthcheck.tls.${key}`),
];

/** Warns of each key that the user wrote, that asks for something, and that has no effect. */
export function warnOfIdleKeys(checked: Checked, problems: ProblemList): void {
  for (const [path, { because, idle }] of Object.entries(notActedOn)) {
    const entry = checked.entries.get(path);
    if (entry === undefined || asksForNothing(entry.node, idle) || problems.hasErrors(path))
      continue;
    const message = `understood, not acted on yet: ${because}`;
    problems.warn("not-acted-on", path, entry.keyStart, message);
  }
}

function asksForNothing(node: SettingNode, idle: readonly unknown[] | undefined): boolean {
  if (isNull(node)) return true;
  if (idle !== undefined) {
    const text = JSON.stringify(plainValue(node));
    return idle.some((each) => JSON.stringify(each) === text);
  }
  if (node.kind === "list") return node.items.length === 0;
  if (node.kind === "map") return node.entries.size === 0;
  return [false, 0, "", "0", "0s"].some((each) => each === node.value);
}
