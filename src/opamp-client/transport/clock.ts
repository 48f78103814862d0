/** Milliseconds since the epoch that no change of the clock disturbs. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** What an event of the link carries of time and chance. */
export function moment(): { now: number; random: number } {
  return { now: now(), random: Math.random() };
}
