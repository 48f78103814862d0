import { type RuleTable, below, type RuleNode, ruleTree } from "../file/key-rule.ts";
import type { SettingNode } from "../file/setting-node.ts";
import { extensionTree } from "./extension-keys.ts";
import { packageKeys } from "./package-keys.ts";
import { policyKeys } from "./policy-keys.ts";
import { telemetryKeys } from "./telemetry-keys.ts";

const tlsKeys: RuleTable = {
  ca_file: { type: "text" },
  ca_pem: { type: "text" },
  include_system_ca_certs_pool: { type: "boolean", default: false },
  cert_file: { type: "text" },
  cert_pem: { type: "text" },
  key_file: { type: "text" },
  key_pem: { type: "text", secret: true },
  min_version: { type: "choice", of: ["1.0", "1.1", "1.2", "1.3"], default: "1.2" },
  max_version: { type: "choice", of: ["1.0", "1.1", "1.2", "1.3"] },
  cipher_suites: { type: "texts" },
  include_insecure_cipher_suites: { type: "boolean", default: false },
  curve_preferences: { type: "texts" },
  reload_interval: { type: "duration", default: "0s", bare: true },
  "tpm.enabled": { type: "boolean", default: false },
  "tpm.path": { type: "text" },
  "tpm.owner_auth": { type: "text", secret: true },
  "tpm.auth": { type: "text", secret: true },
};

const proxyKeys: RuleTable = {
  url: { type: "text", secret: true },
  headers: { type: "texts-map", secret: true },
  no_proxy: { type: "texts", default: [] },
  from_environment: { type: "boolean", default: true },
};

const serverKeys: RuleTable = {
  endpoint: { type: "texts" },
  headers: { type: "texts-map", secret: true },
  // Ours.
  header_files: { type: "text-map" },
  header_commands: { type: "texts-map", secret: true },
  header_command_interval: { type: "duration", default: "1m" },
  ...below("tls", tlsKeys),
  "tls.insecure": { type: "boolean", default: false },
  "tls.insecure_skip_verify": { type: "boolean", default: false },
  "tls.server_name_override": { type: "text" },
  auth: { type: "text" },
  // Ours from here on.
  "offers.allowed_hosts": { type: "texts" },
  "offers.allow_weaker_tls": { type: "boolean", default: false },
  "certificate.request": { type: "boolean", default: false },
  "certificate.common_name": { type: "text" },
  "certificate.renew_before": { type: "duration", default: "720h", positive: true },
  ...below("proxy", proxyKeys),
  compression: { type: "choice", of: ["none", "gzip"], default: "none" },
};

const capabilityKeys: RuleTable = {
  accepts_remote_config: { type: "boolean", default: false },
  accepts_restart_command: { type: "boolean", default: false },
  accepts_opamp_connection_settings: { type: "boolean", default: false },
  accepts_packages: { type: "boolean", default: false },
  reports_effective_config: { type: "boolean", default: true },
  reports_own_metrics: { type: "boolean", default: true },
  reports_own_logs: { type: "boolean", default: false },
  reports_own_traces: { type: "boolean", default: false },
  reports_health: { type: "boolean", default: true },
  reports_remote_config: { type: "boolean" },
  reports_available_components: { type: "boolean", default: false },
  reports_package_statuses: { type: "boolean", default: false },
  reports_heartbeat: { type: "boolean", default: true },
  // Ours from here on.
  accepts_other_connection_settings: { type: "boolean", default: false },
  reports_connection_settings_status: { type: "boolean", default: true },
};

/** The keys of `agent.attach`. */
export const attachKeys: RuleTable = {
  config_path: { type: "text" },
  config_mode: { type: "text", default: "0640" },
  find: { type: "choice", of: ["process", "health"], default: "process" },
  executable: { type: "text" },
  reload_command: { type: "texts", default: [] },
  restart: { type: "choice", of: ["refuse", "signal"], default: "refuse" },
  restart_command: { type: "texts", default: [] },
};

/** The keys of `agent.kubernetes`. */
export const kubernetesKeys: RuleTable = {
  namespace: { type: "text" },
  workload: { type: "text" },
  config_map: { type: "text" },
  key: { type: "text" },
  container: { type: "text" },
  take_over: { type: "boolean", default: false },
  progress_deadline: { type: "duration", default: "10m", positive: true },
  lease: { type: "text" },
  lease_duration: { type: "duration", default: "30s", positive: true },
  endpoint: { type: "text" },
  token_file: { type: "text" },
  ca_file: { type: "text" },
};

const agentKeys: RuleTable = {
  executable: { type: "text" },
  instance_id: { type: "text" },
  config_files: { type: "texts", default: [] },
  args: { type: "texts", default: [] },
  env: { type: "text-map", secret: true },
  // Ours.
  instance_id_from: { type: "text" },
  env_inherit: { type: "texts", default: ["without-credentials"] },
  "description.identifying_attributes": { type: "text-map" },
  "description.non_identifying_attributes": { type: "text-map" },
  "description.include_resource_attributes": { type: "boolean", default: false },
  config_apply_timeout: { type: "duration", default: "5s", positive: true, bare: true },
  bootstrap_timeout: { type: "duration", default: "3s", positive: true, bare: true },
  orphan_detection_interval: { type: "duration", default: "5s", positive: true, bare: true },
  opamp_server_port: { type: "integer", default: 0, least: 0, most: 65_535 },
  "log_rotation.max_size_mib": { type: "integer", default: 10, least: 1, most: 10_240 },
  "log_rotation.max_files": { type: "integer", default: 5, least: 1, most: 100 },
  passthrough_logs: { type: "boolean", default: false },
  use_hup_config_reload: { type: "boolean" },
  validate_config: { type: "boolean", default: true },
  automatic_config_rollback: { type: "boolean", default: true },
  collector_crash_log_snippet_kib: { type: "integer", default: 0, least: 0, most: 1024 },
  startup_fallback_configs: { type: "texts", default: [] },
  "package.verifier.type": { type: "choice", of: ["cosign"] },
  "package.agent_binary": { type: "text" },
  // Ours from here on.
  "description.detectors": { type: "texts", default: [] },
  mode: { type: "choice", of: ["child", "attach", "kubernetes"], default: "child" },
  ...below("attach", attachKeys),
  ...below("kubernetes", kubernetesKeys),
  protected_config_files: { type: "texts", default: [] },
  reload: { type: "choice", of: ["auto", "restart"] },
  on_collision: { type: "choice", of: ["warn", "fail"], default: "warn" },
  leftover: { type: "choice", of: ["stop", "adopt"], default: "stop" },
  data_flow: { type: "choice", of: ["report", "off"], default: "report" },
  data_flow_interval: { type: "duration", default: "10s", positive: true },
  health_check_endpoint: { type: "text" },
  apply_settle: { type: "duration", default: "500ms" },
  start_timeout: { type: "duration", positive: true },
  stop_timeout: { type: "duration", default: "10s" },
  ...below("packages", packageKeys),
  confine: { type: "choice", of: ["off", "auto", "required"], default: "off" },
  // The path of a file, or the policy itself.
  policy: { type: "text" },
  ...below("policy", policyKeys),
};

const healthcheckKeys: RuleTable = {
  endpoint: { type: "text" },
  transport: { type: "text", default: "tcp" },
  "dialer.timeout": { type: "duration", default: "0s", bare: true },
  ...below("tls", tlsKeys),
  "tls.client_ca_file": { type: "text" },
  "tls.client_ca_file_reload": { type: "boolean", default: false },
  "cors.allowed_origins": { type: "texts" },
  "cors.allowed_headers": { type: "texts" },
  "cors.exposed_headers": { type: "texts" },
  "cors.max_age": { type: "integer", default: 0 },
  "auth.authenticator": { type: "text" },
  "auth.request_params": { type: "texts" },
  max_request_body_size: { type: "integer", default: 0 },
  include_metadata: { type: "boolean", default: false },
  response_headers: { type: "any", secret: true },
  compression_algorithms: { type: "texts" },
  read_timeout: { type: "duration", default: "0s", bare: true },
  read_header_timeout: { type: "duration", default: "0s", bare: true },
  write_timeout: { type: "duration", default: "0s", bare: true },
  idle_timeout: { type: "duration", default: "0s", bare: true },
  keep_alives_enabled: { type: "boolean", default: false },
  "middlewares[].id": { type: "text" },
};

/** Every key of supervisor.yaml: those of the reference, and ours. */
export const knownKeys: RuleTable = {
  ...below("server", serverKeys),
  ...below("capabilities", capabilityKeys),
  ...below("agent", agentKeys),
  "storage.directory": { type: "text" },
  ...below("telemetry", telemetryKeys),
  ...below("healthcheck", healthcheckKeys),
  extensions: { type: "any", secret: true },
};

/** The same as a tree. */
export const knownTree: RuleNode = ruleTree(knownKeys);

/** The tree with what the extensions that a file names may hold. */
export function knownTreeFor(root: SettingNode): RuleNode {
  const written = root.kind === "map" ? root.entries.get("extensions")?.node : undefined;
  if (written?.kind !== "map") return knownTree;
  const extensions = extensionTree([...written.entries.keys()]);
  return { ...knownTree, children: new Map([...knownTree.children, ["extensions", extensions]]) };
}

/** The dotted paths of all keys that are known; `[]` stands for each item of a list. */
export function settingsKeys(): readonly string[] {
  return Object.keys(knownKeys);
}
