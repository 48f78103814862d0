/** Microseconds of processor time that some work takes, whatever else runs on the machine. */
function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/**
 * How many times as much sixteen times as many cost; their square would be 256 times as much. The lesser of two looks: a
 * busy machine makes work dearer, and what tidies the memory comes when it will.
 */
export function growth(few: number, work: (count: number) => void): number {
  const costOf = (count: number): number => cpuOf(() => work(count));
  const look = (): number => costOf(16 * few) / Math.max(costOf(few), 10_000);
  // What is run for the first time is compiled.
  costOf(few);
  return Math.min(look(), look());
}
