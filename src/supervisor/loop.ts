import type { Event, Fact } from "./core/state/event.ts";
import { messageOf } from "../errors.ts";
import { digestRead } from "./core/digest-read.ts";
import { plan, type Plan } from "./core/plan.ts";
import { reduce } from "./core/reduce.ts";
import type { CoreSettings } from "./core/state/core-settings.ts";
import type { Instant, WallTime } from "./core/state/time.ts";
import { setByMs } from "./core/state/wall-clock.ts";
import type { State } from "./core/state/state.ts";
import type { Step } from "./core/state/step.ts";

/** What the loop drives; each answers, if at all, by a fact through `post`. */
export interface LoopEdges {
  readonly apply: (step: Step) => void;
  /** Called after each event that changed the state, before anything is done about it. */
  readonly changed: (before: State, after: State, event: Event) => void;
  /** Told before an offer is read, by its digest: whoever ends in the middle of it knows afterwards by which. */
  readonly reading: (digest: string) => void;
  /** Called when there is nothing more to do for now. */
  readonly settled: (state: State) => void;
  readonly now: () => Instant;
  readonly wall: () => WallTime;
  /** Told of what was thrown where nothing should be; the loop goes on. */
  readonly broken: (error: unknown, where: string) => void;
}

export interface Loop {
  readonly post: (fact: Fact) => void;
  readonly state: () => State;
  /** No more ticks; facts that still come in change the state but nothing is done about them. */
  readonly end: () => void;
}

/**
 * A later moment is reached in several waits: what is due at a date (a certificate) may have become due earlier, because
 * the clock was set or the machine has slept.
 */
const longestWaitMs = 600_000;
/** To look at two clocks takes no longer. */
const heldUpMs = 20;

/** Who wakes later than this could not look at the agent meanwhile. */
const longestDelayMs = 1_000;

/**
 * The one way round: take a fact, reduce, record, plan, apply, report. The daemon's only mutable `state` and its only
 * timer are here.
 */
export function createLoop(initial: State, core: () => CoreSettings, edges: LoopEdges): Loop {
  let state = initial;
  let timer: NodeJS.Timeout | undefined;
  let draining = false;
  let ended = false;
  /** When the loop wanted to wake; Infinity: not by itself. */
  let due: Instant = Infinity;
  const mailbox: Fact[] = [];

  let failures = 0;
  const reduceOne = (fact: Fact): Instant => {
    const event: Event = { ...fact, at: edges.now() };
    const before = state;
    const digest = digestRead(before, event);
    if (digest !== undefined) edges.reading(digest);
    try {
      state = reduce(before, event, core());
    } catch (error) {
      failures += 1;
      edges.broken(error, `fact ${fact.on}`);
      // Once: where even that cannot be taken, the state stays what it is.
      if (fact.on === "fact-failed") return event.at;
      return reduceOne({ on: "fact-failed", fact, why: messageOf(error) });
    }
    if (state !== before) guarded("record", () => edges.changed(before, state, event));
    return event.at;
  };
  const guarded = (where: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      edges.broken(error, where);
    }
  };
  /** No step where it cannot be worked out: the next fact may bring a state in which it can. */
  const planned = (at: Instant): Plan => {
    try {
      return plan(state, at, core());
    } catch (error) {
      edges.broken(error, "plan");
      return { step: undefined, wakeAt: at + core().retryMs };
    }
  };
  const applied = (step: Step): void => {
    try {
      edges.apply(step);
    } catch (error) {
      edges.broken(error, `step ${step.do}`);
      post({ on: "step-failed", step, why: messageOf(error) });
    }
  };
  /** Before each fact, so that none is taken with a date that is not true any more. */
  const noteClock = (): void => {
    const at = edges.now();
    const aheadMs = edges.wall().unixMs - at;
    // Held up between the two looks, we would take our own lateness for a change.
    if (edges.now() - at > heldUpMs) return;
    if (setByMs(state.clock, aheadMs) !== 0) reduceOne({ on: "clock-set", aheadMs });
  };
  const take = (fact: Fact): void => {
    // First of all: whatever else is taken at this moment would be judged by deadlines that we have missed.
    if (edges.now() - due > longestDelayMs) reduceOne({ on: "stalled" });
    due = Infinity;
    noteClock();
    let at = reduceOne(fact);
    while (!ended) {
      const { step, wakeAt } = planned(at);
      if (step === undefined) return sleepUntil(wakeAt);
      const before = failures;
      at = reduceOne({ on: "step-begun", step });
      // What could not be noted as begun would be begun again and again.
      if (failures > before) return sleepUntil(at + core().retryMs);
      applied(step);
    }
  };
  const sleepUntil = (wakeAt: Instant): void => {
    clearTimeout(timer);
    due = wakeAt;
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
        guarded("report", () => edges.settled(state));
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
