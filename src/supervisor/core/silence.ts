import type { AgentState } from "./agent-state.ts";
import type { Instant, State } from "./state.ts";

/**
 * Keeps when the agent stopped answering: told to change or to end, gone, or ill. Restarts and rollbacks on the way to
 * the next healthy answer belong to the same silence.
 */
export function noteSilence(before: State, after: State, at: Instant): State {
  const silentSince = silenceOf(before, after, at);
  return silentSince === after.silentSince ? after : { ...after, silentSince };
}

function silenceOf(before: State, after: State, at: Instant): Instant | undefined {
  // An agent that is down because it is not to run leaves nobody waiting.
  const unwanted = after.agent.at === "down" && after.target?.config.runs === false;
  if (unwanted || answers(after.agent)) return undefined;
  return answers(before.agent) ? at : after.silentSince;
}

function answers(agent: AgentState): boolean {
  return agent.at === "up" && agent.healthySince !== undefined;
}
