import { dirname } from "node:path";
import { unitDropIn } from "../policy/kernel/unit.ts";
import type { Settings } from "../supervisor/settings/settings.ts";
import { exitCode } from "./exit.ts";
import { settingsOf } from "./settings-of.ts";
import type { CliSurroundings } from "./surroundings.ts";

/** Prints what the kernel can enforce of `agent.policy`, for the unit that the agent runs in; gives back the exit code. */
export async function printUnit(file: string, surroundings: CliSurroundings): Promise<number> {
  const { out } = surroundings;
  const settings = await settingsOf(file, surroundings);
  if (settings === undefined) return exitCode.badInput;
  out(unitDropIn({ rules: settings.agent.rules, ...placesOf(settings) }));
  return exitCode.stopped;
}

/** An agent with a unit of its own needs nothing of the supervisor's; a child shares its unit with it. */
function placesOf({
  agent,
  storage,
  server,
  log,
}: Settings): Omit<Parameters<typeof unitDropIn>[0], "rules"> {
  if (agent.attach !== undefined) {
    const shared = agent.attach.configPath;
    const isInside = shared?.startsWith(`${storage.directory}/`) === true || shared === undefined;
    return { writable: [], hidden: isInside ? [] : [storage.directory], hosts: [] };
  }
  const logs = log.outputPaths.filter((path) => path.startsWith("/")).map((path) => dirname(path));
  const servers = [server.endpoint, ...server.fallbackEndpoints].map((each) => new URL(each).host);
  return { writable: [storage.directory, ...logs], hidden: [], hosts: servers };
}
