import { agentTexts } from "./agent-texts.ts";
import { extensionTexts } from "./extension-texts.ts";
import type { KeyText, TextTable } from "./key-text.ts";
import { pageTexts } from "./page-texts.ts";
import { serverTexts } from "./server-texts.ts";
import { telemetryTexts } from "./telemetry-texts.ts";

/** The texts of all keys and sections. Not loaded by the daemon: each byte of it would be compiled at every start. */
export const keyTexts: TextTable = {
  ...serverTexts,
  ...agentTexts,
  ...telemetryTexts,
  ...pageTexts,
  ...extensionTexts,
};

/** What a key is for; throws where there is no text, which a test finds. */
export function textOf(path: string): KeyText {
  const text = keyTexts[path];
  if (text === undefined) throw new Error(`expected a text of ${path} in key-texts.ts`);
  return typeof text === "string" ? { says: text } : text;
}

/** The keys and sections that the reference supervisor has not, with all below them. */
const ownKeys: readonly string[] = [
  "server.header_files",
  "server.header_commands",
  "server.header_command_interval",
  "server.offers",
  "server.certificate",
  "server.proxy",
  "server.compression",
  "capabilities.accepts_other_connection_settings",
  "capabilities.reports_connection_settings_status",
  "agent.instance_id_from",
  "agent.env_inherit",
  "agent.description.detectors",
  "agent.log_rotation",
  "agent.mode",
  "agent.attach",
  "agent.kubernetes",
  "agent.protected_config_files",
  "agent.reload",
  "agent.on_collision",
  "agent.leftover",
  "agent.data_flow",
  "agent.data_flow_interval",
  "agent.health_check_endpoint",
  "agent.apply_settle",
  "agent.start_timeout",
  "agent.stop_timeout",
  "agent.packages",
  "agent.confine",
  "agent.policy",
  "telemetry.logs.rotation",
  "telemetry.agent_logs",
];

/** True of a key of ours, false of one of the reference supervisor's. */
export function isOwnKey(path: string): boolean {
  return ownKeys.some((own) => path === own || path.startsWith(`${own}.`));
}
