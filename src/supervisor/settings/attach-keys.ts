import type { RuleTable } from "./rules.ts";

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
