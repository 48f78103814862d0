import {
  type Contender,
  afterMove,
  afterTime,
  newContender,
  nextMove,
} from "../core/lease/contend.ts";
import type { LeaseTerms } from "../core/lease/lease-terms.ts";
import type { Instant } from "../core/state/time.ts";
import type { LeaseRequests } from "./lease-requests.ts";
import { waitAtMost } from "../../time-limit.ts";

/** Asks for a lease, and keeps it; what is asked and what follows is decided by the core. */
export interface LeaseLoop {
  readonly state: () => Contender;
  /** Ends the loop, and gives the lease back where it is ours. */
  readonly giveBack: () => Promise<void>;
}

/** Whoever waits for a lease that is given back need not wait long for this; nor does our end. */
const longestGoodbyeMs = 2_000;

/** Begins at once; `changed` is told of every change, with what was before it. */
export function startLeaseLoop(
  { ask, giveBack }: LeaseRequests,
  { me, terms }: { readonly me: string; readonly terms: LeaseTerms },
  now: () => Instant,
  changed: (before: Contender, after: Contender) => void,
): LeaseLoop {
  const over = new AbortController();
  let state = newContender(me, terms, now());
  let watchdog: NodeJS.Timeout | undefined;
  const become = (next: Contender): void => {
    if (next === state) return;
    const before = state;
    state = next;
    // Armed apart from the requests: an answer that never ends must not keep a leader in office.
    clearTimeout(watchdog);
    const { role } = state;
    if (role.is === "leading") watchdog = setTimeout(look, role.from + terms.giveUpMs - now());
    if (role.is === "lost") over.abort();
    changed(before, state);
  };
  const look = (): void => {
    const next = afterTime(state, now());
    // A timer may be early by a part of a millisecond.
    if (next === state && !over.signal.aborted) watchdog = setTimeout(look, 1);
    become(next);
  };
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const move = nextMove(state, now());
      if (move.do === "wait") {
        await pause(move.until - now(), over.signal);
        continue;
      }
      const sent = now();
      const answer = await ask(move);
      become(afterMove(state, move, answer, sent, now()));
    }
  };
  const running = run();
  return {
    state: () => state,
    giveBack: async () => {
      over.abort();
      clearTimeout(watchdog);
      // A request that is under way may renew it, and this would then be a conflict.
      await waitAtMost(longestGoodbyeMs, running);
      const { role, seen } = state;
      if (role.is !== "leading" || typeof seen !== "object") return;
      await waitAtMost(longestGoodbyeMs, giveBack(seen.lease));
    },
  };
}

async function pause(forMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(forMs, 1));
    signal.addEventListener("abort", end);
  });
}
