import type { AgentLook, RolloutAgent, RolloutAgentState } from "./staged-rollout.ts";

/** One that has changed more often gets no new time. */
const mostChanges = 20;

const leftNote =
  "it has said goodbye to go to the new address; whether it has arrived, that server knows";

/** When an agent is looked at. */
interface Moment {
  readonly clockMs: number;
  /** The stage that the rollout is in. */
  readonly stage: number;
}

/** What an agent has become, as it is seen now; undefined: it was forgotten. */
export function judgeAgent(
  agent: RolloutAgent,
  look: AgentLook | undefined,
  moment: Moment,
): RolloutAgent {
  const connected = look?.connected === true;
  const seen = agent.connected === connected ? agent : changed({ ...agent, connected }, moment);
  if (look === undefined || agent.state === "failed" || agent.state === "overtaken") return seen;
  const unwell = connected ? illness(look) : agent.unwell;
  const wasWell = agent.wasWell || (connected && unwell === "");
  const same = unwell === seen.unwell && wasWell === seen.wasWell;
  const judged = same ? seen : { ...seen, unwell, wasWell };
  if (agent.state === "pending") return judged;
  if (!look.wanted) {
    // What was proven in an earlier stage stays proven.
    if (agent.state === "applied" && agent.stage < moment.stage) return judged;
    return become(judged, "overtaken", moment, "something else was offered to it since");
  }
  if (look.verdict === "failed") return become(judged, "failed", moment, look.errorMessage);
  const state = stateFor(agent.state, look);
  const note = look.hasLeft === true ? leftNote : "";
  const isAsBefore = state === agent.state && note === agent.errorMessage;
  const next = isAsBefore ? judged : become(judged, state, moment, note);
  const fellIll = agent.wasWell && unwell !== "" && connected;
  if (state !== "applied" || agent.stage < moment.stage || !fellIll) return next;
  return become(next, "failed", moment, unwell);
}

/** An agent that was sent the thing just now. */
export function sentTo(agent: RolloutAgent, moment: Moment): RolloutAgent {
  const wasWell = agent.connected && agent.unwell === "";
  return { ...become(agent, "sent", moment, ""), wasWell };
}

/** An agent in another state. */
export function become(
  agent: RolloutAgent,
  state: RolloutAgentState,
  moment: Pick<Moment, "clockMs">,
  errorMessage: string,
): RolloutAgent {
  return changed({ ...agent, state, errorMessage: errorMessage.slice(0, 2_000) }, moment);
}

function changed(agent: RolloutAgent, { clockMs }: Pick<Moment, "clockMs">): RolloutAgent {
  const changes = agent.changes + 1;
  return { ...agent, changes, sinceMs: changes > mostChanges ? agent.sinceMs : clockMs };
}

function stateFor(before: RolloutAgentState, { verdict, reports }: AgentLook): RolloutAgentState {
  if (verdict === "applied") return "applied";
  if (verdict === "applying") return "applying";
  return reports ? before : "applied";
}

function illness({ condition, lastError }: AgentLook): string {
  if (condition !== "failing" && condition !== "degraded") return "";
  return lastError === "" ? `it is ${condition}` : `it is ${condition}: ${lastError}`;
}
