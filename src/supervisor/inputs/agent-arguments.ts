import type { BinaryFacts } from "../../agent-config/config.ts";
import type { AgentSettings } from "../settings/settings.ts";

/** What follows `--config FILE` when the binary runs or validates; without facts what does not hang on them. */
export function agentArguments(
  { args, attach }: Pick<AgentSettings, "args" | "attach">,
  facts: BinaryFacts | undefined,
): readonly string[] {
  // What somebody else starts has no more gates than were written for it.
  if (attach !== undefined) return args;
  return [...gateArgs(facts), ...args, ...lastGateArgs(facts)];
}

/** Lets a configuration without pipelines run, where the binary knows how. */
function gateArgs(facts: BinaryFacts | undefined): readonly string[] {
  return facts?.allowsNoPipelines === true ? ["--feature-gates", "service.AllowNoPipelines"] : [];
}

/**
 * Turns reloads in part off, which leave the health check as it is and so prove nothing. Behind all others, because the
 * last word on a gate counts.
 */
function lastGateArgs(facts: BinaryFacts | undefined): readonly string[] {
  return facts?.reloadsInPart === true ? ["--feature-gates=-service.partialReload"] : [];
}
