import type { Event, Fact } from "./core/state/event.ts";
import { plan } from "./core/plan.ts";
import { reduce } from "./core/reduce.ts";
import type { CoreSettings } from "./core/state/core-settings.ts";
import type { Instant } from "./core/state/time.ts";
import type { State } from "./core/state/state.ts";
import type { Step } from "./core/state/step.ts";

/** What the loop drives; each answers, if at all, by a fact through `post`. */
export interface LoopEdges {
  readonly apply: (step: Step) => void;
  /** Called after each event that changed the state, before anything is done about it. */
  readonly changed: (before: State, after: State, event: Event) => void;
  /** Called when there is nothing more to do for now. */
  readonly settled: (state: State) => void;
  readonly now: () => Instant;
}

export interface Loop {
  readonly post: (fact: Fact) => void;
  readonly state: () => State;
  /** No more ticks; facts that still come in change the state but nothing is done about them. */
  readonly end: () => void;
}

/** Node's timers hold 31 bits; a later moment is reached in several waits. */
const longestWaitMs = 2_000_000_000;

/**
 * The one way round: take a fact, reduce, record, plan, apply, report. The daemon's only mutable `state` and its only
 * timer are here.
 */
export function createLoop(initial: State, policy: () => CoreSettings, edges: LoopEdges): Loop {
  let state = initial;
  let timer: NodeJS.Timeout | undefined;
  let draining = false;
  let ended = false;
  const mailbox: Fact[] = [];

  const reduceOne = (fact: Fact): Instant => {
    const event: Event = { ...fact, at: edges.now() };
    const before = state;
    state = reduce(before, event, policy());
    if (state !== before) edges.changed(before, state, event);
    return event.at;
  };
  const take = (fact: Fact): void => {
    let at = reduceOne(fact);
    while (!ended) {
      const { step, wakeAt } = plan(state, at, policy());
      if (step === undefined) return sleepUntil(wakeAt);
      at = reduceOne({ on: "step-begun", step });
      edges.apply(step);
    }
  };
  const sleepUntil = (wakeAt: Instant): void => {
    clearTimeout(timer);
    if (wakeAt === Infinity) return;
    const waitMs = Math.min(Math.max(0, wakeAt - edges.now()), longestWaitMs);
    timer = setTimeout(() => post({ on: "ticked" }), waitMs);
  };
  const post = (fact: Fact): void => {
    mailbox.push(fact);
    if (draining) return;
    draining = true;
    try {
      do {
        for (let fact = mailbox.shift(); fact !== undefined; fact = mailbox.shift()) take(fact);
        edges.settled(state);
        // An edge that is told the new state may post a fact at once.
      } while (mailbox.length > 0);
    } finally {
      draining = false;
    }
  };
  return {
    post,
    state: () => state,
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
