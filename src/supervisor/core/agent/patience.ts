const longestMs = 1_000;

/**
 * How long an agent that is under way since then is left alone before it is asked again: as often as `fastMs` says while
 * it is quick, and of a large configuration ever more seldom, so that it is found ready a sixteenth of its time late on
 * average, and asked some forty times in a second.
 */
export function patienceMs(sinceMs: number, fastMs: number): number {
  return Math.min(longestMs, Math.max(fastMs, (sinceMs - 12 * fastMs) / 8));
}
