import { test, expect } from "vitest";
import { settingsKeys } from "../../../../src/supervisor/settings/read/read-settings.ts";
import { notActedOn, needlessKeys } from "../../../../src/supervisor/settings/read/not-acted-on.ts";
import { createAgentFolder, complete, brief } from "../fixture-folder.ts";

// What the program acts on, by prefix. A key must be here or in a table that says why not.
const actedOn = [
  "server.endpoint",
  "server.headers",
  ...["header_files", "header_commands", "header_command_interval", "auth"].map(
    (key) => `server.${key}`,
  ),
  "extensions",
  ...["ca_file", "ca_pem", "include_system_ca_certs_pool"].map((key) => `server.tls.${key}`),
  ...["cert_file", "cert_pem", "key_file", "key_pem"].map((key) => `server.tls.${key}`),
  ...["min_version", "max_version", "insecure", "insecure_skip_verify"].map(
    (key) => `server.tls.${key}`,
  ),
  "server.tls.server_name_override",
  ...["cipher_suites", "curve_preferences"].map((key) => `server.tls.${key}`),
  ...["accepts_remote_config", "accepts_restart_command", "accepts_packages"].map(
    (key) => `capabilities.${key}`,
  ),
  ...["effective_config", "health", "remote_config", "available_components", "heartbeat"].map(
    (key) => `capabilities.reports_${key}`,
  ),
  ...[
    "executable",
    "instance_id",
    "instance_id_from",
    "config_apply_timeout",
    "config_files",
    "args",
    "env",
    "env_inherit",
  ].map((key) => `agent.${key}`),
  "agent.description.identifying_attributes",
  "agent.description.non_identifying_attributes",
  "agent.description.detectors",
  ...["confine", "leftover", "data_flow", "data_flow_interval"].map((key) => `agent.${key}`),
  ...["health_check_endpoint", "protected_config_files", "on_collision", "apply_settle"].map(
    (key) => `agent.${key}`,
  ),
  ...["reload", "use_hup_config_reload", "startup_fallback_configs"].map((key) => `agent.${key}`),
  ...["start_timeout", "stop_timeout", "collector_crash_log_snippet_kib"].map(
    (key) => `agent.${key}`,
  ),
  "agent.policy",
  ...["passthrough_logs", "log_rotation"].map((key) => `agent.${key}`),
  "agent.mode",
  "agent.attach",
  "agent.kubernetes",
  ...["packages", "package.verifier.type", "package.agent_binary"].map((key) => `agent.${key}`),
  ...["opamp_server_port", "description.include_resource_attributes"].map((key) => `agent.${key}`),
  "server.offers",
  "server.certificate",
  ...["own_metrics", "own_logs", "own_traces", "connection_settings_status"].map(
    (what) => `capabilities.reports_${what}`,
  ),
  ...["opamp", "other"].map((what) => `capabilities.accepts_${what}_connection_settings`),
  ...["endpoint", "transport", "auth.authenticator"].map((key) => `healthcheck.${key}`),
  ...["cert_file", "cert_pem", "key_file", "key_pem", "min_version", "max_version"].map(
    (key) => `healthcheck.tls.${key}`,
  ),
  ...["cipher_suites", "curve_preferences", "client_ca_file"].map(
    (key) => `healthcheck.tls.${key}`,
  ),
  "server.proxy",
  "server.compression",
  "storage.directory",
  ...["level", "output_paths", "rotation", "encoding", "processors"].map(
    (key) => `telemetry.logs.${key}`,
  ),
  ...["agent_logs", "metrics.level", "metrics.readers", "traces.processors", "resource"].map(
    (key) => `telemetry.${key}`,
  ),
];

test("every key is acted on, or one table says why not", () => {
  const known = [...actedOn, ...Object.keys(notActedOn), ...needlessKeys];
  const isCovered = (key: string) =>
    known.some((each) => key === each || key.startsWith(`${each}.`) || key.startsWith(`${each}[]`));
  expect(settingsKeys().filter((key) => !isCovered(key))).toEqual([]);
});

test("no table names a key that is not known", () => {
  const keys = settingsKeys();
  const isKnown = (path: string) =>
    keys.some((key) => key === path || key.startsWith(`${path}.`) || key.startsWith(`${path}[]`));
  const named = [...actedOn, ...Object.keys(notActedOn), ...needlessKeys];
  expect(named.filter((path) => !isKnown(path))).toEqual([]);
});

test.each([
  ["server.tls.tpm.enabled", "server: {tls: {tpm: {enabled: true}}}"],
  ["agent.validate_config", "agent: {validate_config: false}"],
  ["agent.automatic_config_rollback", "agent: {automatic_config_rollback: false}"],
  [
    "telemetry.logs.processors[0].batch.exporter.otlp.protocol",
    "telemetry: {logs: {processors: [{batch: {exporter: {otlp: {protocol: grpc}}}}]}}",
  ],
  ["telemetry.logs.error_output_paths", "telemetry: {logs: {error_output_paths: [own.log]}}"],
  [
    "telemetry.metrics.readers[0].periodic",
    "telemetry: {metrics: {readers: [{periodic: {interval: 1}}]}}",
  ],
  [
    "telemetry.traces.processors[0].simple.exporter.zipkin",
    "telemetry: {traces: {processors: [{simple: {exporter: {zipkin: {endpoint: x}}}}]}}",
  ],
  ["telemetry.traces.sampler", "telemetry: {traces: {sampler: {always_on: {a: b}}}}"],
  [
    "healthcheck.tls.reload_interval",
    "healthcheck: {endpoint: 'localhost:1', tls: {reload_interval: 1s}}",
  ],
  [
    "healthcheck.auth.authenticator",
    "healthcheck: {endpoint: 'localhost:1', auth: {authenticator: basicauth}}",
  ],
  ["healthcheck.transport", "healthcheck: {endpoint: 'localhost:1', transport: unix}"],
  ["healthcheck.response_headers", "healthcheck: {response_headers: {A: b}}"],
  ["extensions.basicauth", "extensions: {basicauth: {}}"],
])("%s is warned of when it asks for something", (path, text) => {
  const { problems } = createAgentFolder().read(`${text}\n`);
  const warned = problems.filter((each) => each.code === "not-acted-on");
  expect(warned.map((each) => each.path)).toContain(path);
  expect(warned.every((each) => each.severity === "warning" && each.line > 0)).toBe(true);
});

test("a value that asks for nothing is not warned of", () => {
  const { settings, problems } = createAgentFolder().read(
    complete(
      `  use_hup_config_reload: false
  validate_config: true
  automatic_config_rollback: true
  opamp_server_port: 0
  startup_fallback_configs: []
  bootstrap_timeout: 9s
  orphan_detection_interval: 9s
  description: {include_resource_attributes: false}
  package: {verifier: {type: ""}, agent_binary: ""}
`,
      `capabilities: {accepts_packages: false, reports_own_metrics: false, reports_own_logs: false}
telemetry: {logs: {processors: [], error_output_paths: [stderr]}, metrics: {level: none, readers: []}, resource: {}}
healthcheck: {read_timeout: 1s}
extensions: {}
`,
    ),
  );
  expect(brief(problems)).toEqual([]);
  expect(settings).toBeDefined();
});
