import type { BinaryFacts } from "../../agent-config/config.ts";
import type { AgentSettings } from "../settings/settings.ts";

/** What follows `--config FILE` when the binary runs or validates; without facts what does not hang on them. */
export function agentArguments(
  { args, attach }: Pick<AgentSettings, "args" | "attach">,
  facts: BinaryFacts | undefined,
): readonly string[] {
  // What somebody else starts has no more gates than were written for it.
  const gates = attach === undefined ? gateArgs(facts) : [];
  return [...gates, ...args];
}

/** Lets a configuration without pipelines run, where the binary knows how. */
function gateArgs(facts: BinaryFacts | undefined): readonly string[] {
  return facts?.allowsNoPipelines === true ? ["--feature-gates", "service.AllowNoPipelines"] : [];
}
