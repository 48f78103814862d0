/** Which rows of a long table are drawn, and how much room stands for the others. */
export interface RowWindow {
  readonly first: number;
  /** One behind the last. */
  readonly end: number;
  readonly abovePx: number;
  readonly belowPx: number;
}

/** The rows that can be seen, and some before and behind them. */
export function rowWindow(
  count: number,
  rowPx: number,
  scrolledPx: number,
  heightPx: number,
  spare = 12,
): RowWindow {
  const first = clamp(Math.floor(scrolledPx / rowPx) - spare, 0, count);
  const end = clamp(Math.ceil((scrolledPx + heightPx) / rowPx) + spare, first, count);
  return { first, end, abovePx: first * rowPx, belowPx: (count - end) * rowPx };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
