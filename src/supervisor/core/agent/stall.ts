import type { Event } from "../state/event.ts";
import { type State, withAgent } from "../state/state.ts";
import type { Instant } from "../state/time.ts";

/** An answer of an agent that is well is there long before; one that hangs is known by then. */
const patienceMs = 5_000;

/** We were late: what was not seen meanwhile is no fault of the agent's, which is asked before anything is judged. */
export function stalled(state: State, at: Instant): State {
  const { process: agent } = state.agent;
  if (agent.at === "down" || agent.at === "awaited") return state;
  return withAgent(state, { unseenUntil: at + patienceMs });
}

/** The agent has answered, or has not in the time for it: judgements go on. */
export function seen(state: State, { run }: Extract<Event, { on: "agent-probed" }>): State {
  const { process: agent, unseenUntil } = state.agent;
  const ours = "run" in agent && agent.run === run;
  return unseenUntil === 0 || !ours ? state : withAgent(state, { unseenUntil: 0 });
}
