import { join } from "node:path";
import type { Settings } from "../settings/settings.ts";
import type { SharedFile } from "../store/store.ts";

/** The file that somebody else's agent reads; undefined where the agent is ours. */
export function sharedFile({ agent, storage }: Settings): SharedFile | undefined {
  const { attach } = agent;
  if (attach === undefined) return undefined;
  return {
    path: attach.configPath ?? join(storage.directory, "effective.yaml"),
    mode: attach.configMode,
  };
}
