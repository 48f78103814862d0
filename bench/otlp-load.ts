import { postTraces } from "../test/helpers/otlp/otlp-client.ts";

/** What the client has noticed since it was told to forget. */
export interface LoadTally {
  /** Longest time between two answers of success. */
  readonly longestGapMs: number;
  /** Requests that were refused or not answered. */
  readonly lost: number;
  /** Requests whose answer took longer than 50 ms. */
  readonly late: number;
}

/** Somebody who sends spans all the time. */
export interface OtlpLoad {
  readonly tally: () => LoadTally;
  readonly forget: () => void;
  readonly stop: () => Promise<void>;
}

const perMs = 1;
const lateMs = 50;
const patienceMs = 2_000;

const body = JSON.stringify({
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            {
              traceId: "00000000000000000000000000000001",
              spanId: "0000000000000001",
              name: "a span of the bench",
              kind: 1,
              startTimeUnixNano: "1700000000000000000",
              endTimeUnixNano: "1700000000001000000",
            },
          ],
        },
      ],
    },
  ],
});

/** Sends 1,000 requests per second, each on a connection of its own, never waiting for an answer. */
export function startOtlpLoad(port: number): OtlpLoad {
  const pending = new Set<Promise<void>>();
  let [lost, late, longestGapMs, lastAt] = [0, 0, 0, performance.now()];
  let due = performance.now();
  const sendOne = (): void => {
    const begin = performance.now();
    const sending = postTraces(port, body, patienceMs).then((succeeded) => {
      const now = performance.now();
      if (!succeeded) {
        lost += 1;
        return;
      }
      longestGapMs = Math.max(longestGapMs, now - lastAt);
      lastAt = now;
      if (now - begin > lateMs) late += 1;
    });
    pending.add(sending);
    void sending.finally(() => pending.delete(sending));
  };
  const timer = setInterval(() => {
    // A timer that fires late has more to send.
    for (const now = performance.now(); due < now; due += perMs) sendOne();
  }, 1);
  return {
    tally: () => ({
      lost,
      late,
      longestGapMs: Math.max(longestGapMs, performance.now() - lastAt),
    }),
    forget: () => {
      [lost, late, longestGapMs] = [0, 0, 0];
    },
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}
