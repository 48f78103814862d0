import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

/** A seed that has found something once. */
interface KeptSeed {
  readonly seed: number;
  /** Where in the run of that seed it was, as fast-check prints it; none: from the beginning. */
  readonly path?: string;
  /** What it found. */
  readonly found: string;
}

const keptSeeds = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fuzz/kept-seeds.json"), "utf8"),
) as Readonly<Record<string, readonly KeptSeed[]>>;

/** How long `npm run test:fuzz` stays at each property; undefined: a part of `npm test`, which has the same few runs always. */
const seconds = process.env["FUZZ_SECONDS"];

/** What nobody may take for one input, on however slow a machine: the processor's time, not the clock's. */
const mostCpuMs = 20_000;

/**
 * Asserts a property for random inputs: with the seeds that found something before, then with a few runs that are always
 * the same, or as long as `npm run test:fuzz` says with a new seed, which fast-check prints where it finds something.
 */
export async function fuzz<T>(
  name: string,
  inputs: fc.Arbitrary<T>,
  holds: (input: T) => void | Promise<void>,
  fewRuns: number,
): Promise<void> {
  const property = fc.asyncProperty(inputs, async (input) => {
    const before = process.cpuUsage();
    await holds(input);
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 > mostCpuMs) throw new Error(`took more than ${mostCpuMs} ms`);
  });
  for (const { seed, path } of keptSeeds[name] ?? []) {
    const from = path === undefined ? {} : { path };
    await fc.assert(property, { seed, ...from, numRuns: path === undefined ? fewRuns : 1 });
  }
  if (seconds === undefined) {
    await fc.assert(property, { seed: 1, numRuns: fewRuns });
    return;
  }
  const written = process.env["FUZZ_SEED"];
  const seed = written === undefined ? {} : { seed: Number(written) };
  const interruptAfterTimeLimit = Number(seconds) * 1000;
  await fc.assert(property, { ...seed, numRuns: 100_000_000, interruptAfterTimeLimit });
}
