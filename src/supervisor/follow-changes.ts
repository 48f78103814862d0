import { logChange } from "./log-changes.ts";
import type { KillPoint } from "../files/kill-point.ts";
import { sameRecord } from "./core/report/journal.ts";
import type { Transition } from "./core/report/transition.ts";
import { transitionsOf } from "./core/report/transitions.ts";
import type { Instant } from "./core/state/time.ts";
import type { State } from "./core/state/state.ts";
import type { Logger } from "./log/log.ts";
import type { LoopEdges } from "./loop.ts";

/** Who is told of what changes, in this order. */
interface Followers {
  readonly passing: KillPoint;
  readonly log: Logger;
  /** Puts on disk what has to survive. */
  readonly keep: (after: State, before: State) => void;
  /** Told what has happened, once per change. */
  readonly measured: (transitions: readonly Transition[], at: Instant) => void;
  /** Told of each change. */
  readonly changed: (after: State) => void;
  /** Told of the state when there is nothing more to do for now, and it is another one than the last time. */
  readonly settled: readonly ((state: State) => void)[];
}

/** What follows from a change of state: it is recorded before anything else, then logged and measured, then told. */
export function followChanges(followers: Followers): Pick<LoopEdges, "changed" | "settled"> {
  const { passing, log, keep, measured, changed } = followers;
  let told: State | undefined;
  return {
    changed: (before, after, event) => {
      passing(`fact ${event.on}`);
      if (!sameRecord(before, after)) keep(after, before);
      const transitions = transitionsOf(before, after, event);
      logChange(log, event, transitions);
      measured(transitions, event.at);
      changed(after);
    },
    settled: (state) => {
      if (state === told) return;
      told = state;
      for (const tell of followers.settled) tell(state);
    },
  };
}
