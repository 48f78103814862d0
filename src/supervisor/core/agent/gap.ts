import { type AgentState, answers } from "../state/agent.ts";
import type { Instant } from "../state/time.ts";
import { type State, withAgent } from "../state/state.ts";
import { worksOn } from "./part-reload.ts";

/**
 * Keeps when the agent stopped answering: told to change or to end, gone, or ill. Restarts and rollbacks on the way to
 * the next healthy answer belong to the same gap.
 */
export function noteGap(before: State, after: State, at: Instant): State {
  const gapSince = gapAfter(before, after, at);
  return gapSince === after.agent.gapSince ? after : withAgent(after, { gapSince });
}

function gapAfter(before: State, after: State, at: Instant): Instant | undefined {
  // An agent that is down because it is not to run leaves nobody waiting.
  const unwanted = after.agent.process.at === "down" && after.config.target?.config.runs === false;
  if (unwanted || isThere(after.agent.process)) return undefined;
  return isThere(before.agent.process) ? at : after.agent.gapSince;
}

function isThere(agent: AgentState): boolean {
  return answers(agent) || worksOn(agent);
}
