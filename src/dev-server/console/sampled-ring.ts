/** Values with dates, oldest first. */
export interface Dated {
  readonly at: number;
}

/** Samples over time that never become more than so many: when they do, every second one goes. */
export interface SampledRing<T extends Dated> {
  readonly samples: readonly T[];
  readonly everyMs: number;
}

/** No samples yet. */
export function emptyRing<T extends Dated>(everyMs: number): SampledRing<T> {
  return { samples: [], everyMs };
}

/** Adds a sample when it is time for one. What is dated later than it was taken before the clock was set back, and goes. */
export function withSample<T extends Dated>(
  ring: SampledRing<T>,
  sample: T,
  most: number,
): SampledRing<T> {
  const before = ring.samples.filter(({ at }) => at <= sample.at);
  const last = before.at(-1);
  // A little early counts, since a timer is never quite on time.
  if (last !== undefined && sample.at - last.at < ring.everyMs * 0.9) {
    return before.length === ring.samples.length ? ring : { ...ring, samples: before };
  }
  const samples = [...before, sample];
  if (samples.length <= most) return { ...ring, samples };
  return { samples: samples.filter((_, at) => at % 2 === 0), everyMs: ring.everyMs * 2 };
}
