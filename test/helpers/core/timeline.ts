/** Simulated time, and what comes with it. */
export interface Timeline {
  readonly now: () => number;
  /** Has something happen later; never where it is `Infinity`. */
  readonly after: (waitMs: number, happen: () => void) => void;
  /** What has not happened yet does not happen any more. */
  readonly forget: () => void;
  /** Lets time pass until everything due within it has happened; the plan is asked when it wants to be woken. */
  readonly pass: (durationMs: number, plan: Waking) => void;
}

/** A plan that is looked at again at a moment of its own. */
interface Waking {
  readonly wakeAt: () => number;
  readonly wake: () => void;
}

interface Due {
  readonly at: number;
  readonly happen: () => void;
}

/** Time as a simulated world has it; things of one moment happen in the order in which they were told. */
export function createTimeline(): Timeline {
  let now = 1_000_000;
  let due: readonly Due[] = [];
  return {
    now: () => now,
    after: (waitMs, happen) => {
      if (waitMs !== Infinity) due = [...due, { at: now + waitMs, happen }];
    },
    forget: () => {
      due = [];
    },
    pass: (durationMs, { wakeAt, wake }) => {
      const until = now + durationMs;
      for (;;) {
        const [next] = due.toSorted((a, b) => a.at - b.at);
        const wakingAt = wakeAt();
        const at = Math.min(next?.at ?? Infinity, wakingAt);
        if (at > until) break;
        now = Math.max(now, at);
        if (next !== undefined && next.at <= wakingAt) {
          due = due.filter((one) => one !== next);
          next.happen();
        } else wake();
      }
      now = until;
    },
  };
}

/** Carries out what a plan wants until it wants nothing; one that never ends is a fault. */
export function carryOutAll<S>(next: () => S | undefined, carryOut: (step: S) => void): void {
  for (let rounds = 0; ; rounds += 1) {
    const step = next();
    if (step === undefined) return;
    if (rounds > 50) throw new Error(`the plan never ends: ${JSON.stringify(step)}`);
    carryOut(step);
  }
}
