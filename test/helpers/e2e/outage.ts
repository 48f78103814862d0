import { eventually, patienceMs } from "./daemon.ts";
import { type OtlpTally, startOtlpClient } from "../otlp/otlp-client.ts";

const rounds = 5;
const fewestRounds = 3;
const everyMs = 5;

/**
 * A client sees an outage only when it sends: at worst it sent just before the outage began, and sends again just
 * after it could have noticed the end.
 */
export const allowanceMs: number = 2 * everyMs;

/** What a client that sends all the time saw of a change. */
export interface Outage extends OtlpTally {
  readonly longestGapMs: number;
}

/** Sends to a port all through a change. */
export async function outageOf(port: number, change: () => Promise<unknown>): Promise<Outage> {
  const client = startOtlpClient(port, everyMs);
  await eventually(() => client.tally().successes > 5);
  client.forget();
  await change();
  const before = client.tally().successes;
  await eventually(() => client.tally().successes > before + 1);
  const tally = await client.stop();
  return { ...tally, longestGapMs: tally.longestGapMs ?? Infinity };
}

/** Something that is changed under a client's eyes, several times. */
export interface Subject {
  readonly port: number;
  readonly change: (round: number) => Promise<unknown>;
  /** Done before each change and not watched. */
  readonly prepare?: () => Promise<unknown>;
}

/**
 * The shortest gap of several rounds for each; they take turns, so that what else the machine does meets all. A busy machine
 * makes gaps longer, so there are more rounds until the shortest ones fit; the time for that is limited.
 */
export async function bestGapsMs(
  subjects: readonly Subject[],
  fits: (best: readonly number[]) => boolean,
): Promise<readonly number[]> {
  const best = subjects.map(() => Infinity);
  const end = performance.now() + 2.5 * patienceMs;
  for (
    let round = 0;
    round < fewestRounds || (!fits(best) && performance.now() < end);
    round += 1
  ) {
    for (const [index, { port, change, prepare }] of subjects.entries()) {
      await prepare?.();
      const { longestGapMs } = await outageOf(port, () => change(round));
      best[index] = Math.min(best[index] ?? Infinity, longestGapMs);
    }
  }
  return best;
}

/** How many requests failed in several rounds, and the shortest gap. */
export async function failuresOf({ port, change }: Subject): Promise<readonly [number, number]> {
  let [failures, gapMs] = [0, Infinity];
  for (let round = 0; round < rounds; round += 1) {
    const outage = await outageOf(port, () => change(round));
    failures += outage.failures;
    gapMs = Math.min(gapMs, outage.longestGapMs);
  }
  return [failures, gapMs];
}
