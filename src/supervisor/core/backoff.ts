/**
 * The wait before the next start after `crashes` crashes in a row: none after the first, then doubling from
 * `firstMs` up to `maxMs`, a quarter up or down by `random` (0 to 1).
 */
export function restartDelayMs(
  crashes: number,
  random: number,
  firstMs: number,
  maxMs: number,
): number {
  if (crashes <= 1) return 0;
  const doubled = Math.min(maxMs, firstMs * 2 ** Math.min(crashes - 2, 30));
  return Math.round(doubled * (0.75 + random / 2));
}
