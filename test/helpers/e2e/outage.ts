import { eventually, patienceMs } from "./daemon.ts";
import { type OtlpTally, startOtlpClient } from "../otlp/otlp-client.ts";

const rounds = 5;
const fewestRounds = 3;
const everyMs = 5;

/**
 * A client sees an outage only when it sends: at worst it sent just before the outage began, and sends again just
 * after it could have noticed the end.
 */
const allowanceMs: number = 2 * everyMs;

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

/** The gaps that two subjects have had, the shortest first; they took turns, so that what else the machine did met both. */
export interface Compared {
  readonly ours: readonly number[];
  readonly bare: readonly number[];
}

/**
 * Compares a supervised subject with a bare one in several rounds. A busy machine makes gaps longer, so there are more
 * rounds until what is found fits; the time for that is limited.
 */
export async function compareGaps(
  ours: Subject,
  bare: Subject,
  fits: (compared: Compared) => boolean,
): Promise<Compared> {
  const end = performance.now() + 2.5 * patienceMs;
  let compared: Compared = { ours: [], bare: [] };
  for (
    let round = 0;
    round < fewestRounds || (!fits(compared) && performance.now() < end);
    round += 1
  ) {
    compared = {
      ours: await withRound(compared.ours, ours, round),
      bare: await withRound(compared.bare, bare, round),
    };
  }
  return compared;
}

async function withRound(
  gaps: readonly number[],
  { port, change, prepare }: Subject,
  round: number,
): Promise<readonly number[]> {
  await prepare?.();
  const { longestGapMs } = await outageOf(port, () => change(round));
  return [...gaps, longestGapMs].toSorted((a, b) => a - b);
}

/**
 * True when ours are no longer than one and a half of the bare ones, but for what a client cannot see: the shortest, or
 * those in the middle where luck has made one of them short on a busy machine.
 */
export function isNoDearer({ ours, bare }: Compared): boolean {
  return [0, Math.floor(ours.length / 2)].some(
    (at) => (ours[at] ?? Infinity) <= 1.5 * (bare[at] ?? 0) + allowanceMs,
  );
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
