import type { CoreSettings } from "../state/core-settings.ts";
import type { Instant } from "../state/time.ts";
import { type State, withConfig } from "../state/state.ts";
import { noFaults } from "../state/trials.ts";

/**
 * The server wants the agent started anew. Commands that come close upon another are one: a server that sends it with
 * every answer must not keep the agent from ever being up.
 */
export function restartCommanded(state: State, at: Instant, { restartGapMs }: CoreSettings): State {
  const { desired } = state;
  if (desired.restartDueAt !== undefined) return state;
  const earliest = (desired.restartedAt ?? -Infinity) + restartGapMs;
  return { ...state, desired: { ...desired, restartDueAt: Math.max(at, earliest) } };
}

/**
 * A restart that is due is begun: what failed before may be tried again, and a waiting start waits no longer. A process
 * that is not ours to end stays.
 */
export function restartWhenDue(state: State, at: Instant, { kind }: CoreSettings): State {
  const { desired } = state;
  const { crashes } = state.agent;
  if (desired.restartDueAt === undefined || at < desired.restartDueAt) return state;
  const { run } = desired;
  const restarts = desired.restarts + (kind.mayEnd ? 1 : 0);
  return {
    ...withConfig(state, { failures: [], lastOffer: undefined }),
    agent: { ...state.agent, crashes: { ...crashes, count: 0, faults: noFaults, notBefore: at } },
    desired: { run, restarts, restartedAt: at, restartDueAt: undefined },
  };
}
