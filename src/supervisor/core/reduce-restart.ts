import type { Policy } from "./policy.ts";
import type { Instant, State } from "./state.ts";

/** What is wanted of the process, whatever it runs. */
export interface Desired {
  readonly run: "up" | "down";
  /** Counts the restarts that were commanded. */
  readonly restarts: number;
  readonly restartedAt: Instant | undefined;
  /** When the next one is to begin; undefined when none was commanded. */
  readonly restartDueAt: Instant | undefined;
}

/**
 * The server wants the agent started anew. Commands that come close upon another are one: a server that sends it with
 * every answer must not keep the agent from ever being up.
 */
export function restartCommanded(state: State, at: Instant, { restartGapMs }: Policy): State {
  const { desired } = state;
  if (desired.restartDueAt !== undefined) return state;
  const earliest = (desired.restartedAt ?? -Infinity) + restartGapMs;
  return { ...state, desired: { ...desired, restartDueAt: Math.max(at, earliest) } };
}

/**
 * A restart that is due is begun: what failed before may be tried again, and a waiting start waits no longer. A process
 * that is not ours to end stays.
 */
export function judgeRestart(state: State, at: Instant, { attached }: Policy): State {
  const { desired, crashes } = state;
  if (desired.restartDueAt === undefined || at < desired.restartDueAt) return state;
  const { run } = desired;
  const restarts = desired.restarts + (attached?.mayEnd === false ? 0 : 1);
  return {
    ...state,
    failures: [],
    lastOffer: undefined,
    crashes: { ...crashes, count: 0, notBefore: at },
    desired: { run, restarts, restartedAt: at, restartDueAt: undefined },
  };
}
