/** How long a lease holds, and how often it is asked after; milliseconds. */
export interface LeaseTerms {
  readonly durationMs: number;
  /** Its holder renews it so often, and whoever waits for it looks so often. */
  readonly beatMs: number;
  /** Its holder tries again so soon. */
  readonly retryMs: number;
  /** A holder that could not renew it for so long holds it no more: well before anybody else may take it. */
  readonly giveUpMs: number;
  /** Each request is given so long. */
  readonly answerMs: number;
}

const longestBeatMs = 5_000;

/** What follows from the duration: several attempts to renew it fit in, and the holder gives up first. */
export function leaseTerms(durationMs: number): LeaseTerms {
  const beatMs = Math.min(Math.floor(durationMs / 6), longestBeatMs);
  return {
    ...{ durationMs, beatMs, answerMs: beatMs },
    retryMs: Math.floor(beatMs / 5),
    giveUpMs: Math.floor((durationMs * 2) / 3),
  };
}
