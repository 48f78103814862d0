import type { CoreSettings } from "../state/core-settings.ts";
import type { Event } from "../state/event.ts";
import { type State, withAgent } from "../state/state.ts";
import type { Instant } from "../state/time.ts";
import { sameWallTime } from "../state/wall-clock.ts";
import { answeredAfterLoss } from "./extension-loss.ts";
import { probed } from "./process.ts";
import { seen } from "./stall.ts";

/**
 * A hand edit is noticed within five seconds, and a reload by somebody else with the next answer of the health check: what
 * is seen of both so soon after one another may belong together.
 */
const togetherMs = 15_000;

/** The agent's file was not what we had written, and is again. */
export function configRestored(state: State, at: Instant, { kind }: CoreSettings): State {
  if (!kind.mayStart) return state;
  return together(withAgent(state, { restoredAt: at }), at);
}

type Probed = Extract<Event, { on: "agent-probed" }>;

/** An answer of the health check, or the lack of one. */
export function agentProbed(state: State, event: Probed, core: CoreSettings): State {
  const answered = probed(seen(state, event), event, core);
  return strangeReload(state, answeredAfterLoss(answered, event.run, core), event);
}

/** An answer that names another beginning, with which none of our signals has to do: somebody else has reloaded the agent. */
function strangeReload(before: State, after: State, { at }: Probed): State {
  const [was, now] = [before.agent.process, after.agent.process];
  if (was.at !== "up" || now.at !== "up" || was.run !== now.run) return after;
  const named = was.upSince !== undefined && now.upSince !== undefined;
  if (!named || was.doubt !== undefined || sameWallTime(was.upSince, now.upSince)) return after;
  return together(withAgent(after, { strangeReloadAt: at }), at);
}

/** It may run the edit, which is nowhere any more: then what it runs is not known, and it is told to read its file again. */
function together(state: State, at: Instant): State {
  const { process: agent, restoredAt, strangeReloadAt } = state.agent;
  if (restoredAt === undefined || strangeReloadAt === undefined) return state;
  const over: State = withAgent(state, { restoredAt: undefined, strangeReloadAt: undefined });
  if (Math.abs(restoredAt - strangeReloadAt) > togetherMs) return state;
  if (agent.at !== "up" || agent.upSince === undefined || agent.doubt !== undefined) return over;
  const doubt = { writtenAt: undefined, known: agent.upSince, why: undefined, notBefore: at };
  return withAgent(over, { process: { ...agent, doubt } });
}
