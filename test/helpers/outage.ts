import { eventually } from "./daemon.ts";
import { type OtlpTally, startOtlpClient } from "./otlp-client.ts";

const rounds = 5;
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

/** The same change several times, with something before each that is not watched; what the client saw of each. */
export async function outagesOf(
  port: number,
  change: (round: number) => Promise<unknown>,
  prepare: () => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly Outage[]> {
  const outages: Outage[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await prepare();
    outages.push(await outageOf(port, () => change(round)));
  }
  return outages;
}

/** The shortest gap of several rounds, so that what else the machine does decides nothing. */
export function bestGapMs(outages: readonly Outage[]): number {
  return Math.min(...outages.map(({ longestGapMs }) => longestGapMs));
}
