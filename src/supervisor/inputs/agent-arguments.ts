import type { BinaryFacts } from "../../agent-config/config.ts";
import type { AgentSettings } from "../settings/settings.ts";

/** What follows `--config FILE` when the binary runs or validates; without facts what does not hang on them. */
export function agentArguments(
  { args, attach }: Pick<AgentSettings, "args" | "attach">,
  facts: BinaryFacts | undefined,
  reloadStamp?: string,
): readonly string[] {
  // What somebody else starts has no more gates than were written for it.
  if (attach !== undefined) return args;
  const second = reloadStamp === undefined ? [] : ["--config", reloadStamp];
  const known = reloadStamp !== undefined || facts?.reloadsInPart === true;
  const last = known ? [partGate(reloadStamp !== undefined)] : [];
  return [...second, ...gateArgs(facts), ...args, ...last];
}

/** Lets a configuration without pipelines run, where the binary knows how. */
function gateArgs(facts: BinaryFacts | undefined): readonly string[] {
  return facts?.allowsNoPipelines === true ? ["--feature-gates", "service.AllowNoPipelines"] : [];
}

/**
 * Reloads in part only where we can keep the agent from them, by the stamp in a configuration of its own. Behind all
 * other arguments, because the last word on a gate counts.
 */
function partGate(on: boolean): string {
  return `--feature-gates=${on ? "" : "-"}service.partialReload`;
}
