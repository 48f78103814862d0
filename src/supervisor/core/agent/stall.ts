import type { Event } from "../state/event.ts";
import { type State, withAgent } from "../state/state.ts";
import type { Instant, Run } from "../state/time.ts";

/** An answer of an agent that is well is there long before; one that hangs is known by then. */
const patienceMs = 5_000;

/** We were late: what was not seen meanwhile is no fault of the agent's, which is asked before anything is judged. */
export function stalled(state: State, at: Instant): State {
  const { process: agent } = state.agent;
  if (agent.at === "down" || agent.at === "awaited") return state;
  return withAgent(state, { unseenUntil: Math.max(state.agent.unseenUntil, at + patienceMs) });
}

/** When it is tried again to ask an agent that could not be asked. */
const againMs = 1_000;

/**
 * We could not even ask, because the system had nothing left for us: as after a stall, that is no fault of the agent's,
 * and nothing is judged until it can be asked again.
 */
export function unasked(state: State, run: Run, at: Instant): State {
  const { process: agent } = state.agent;
  if (!("probe" in agent) || agent.run !== run) return state;
  const process = { ...agent, probe: { ...agent.probe, asked: false, dueAt: at + againMs } };
  return withAgent(state, { process, unseenUntil: at + patienceMs });
}

/** The agent has answered, or has not in the time for it: judgements go on. */
export function seen(state: State, { run }: Extract<Event, { on: "agent-probed" }>): State {
  const { process: agent, unseenUntil } = state.agent;
  const ours = "run" in agent && agent.run === run;
  return unseenUntil === 0 || !ours ? state : withAgent(state, { unseenUntil: 0 });
}
