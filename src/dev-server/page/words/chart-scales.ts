/** A mark on an axis. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Round numbers from 0 to at least the highest value, few of them. */
export function countTicks(highest: number, wanted = 4): readonly Tick[] {
  const rough = Math.max(1, highest) / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((each) => each * size).find((each) => each >= rough) ?? 1,
  );
  const ticks: Tick[] = [];
  for (let value = 0; ; value += step) {
    ticks.push({ value, text: value.toLocaleString("en") });
    if (value >= highest) return ticks;
  }
}

/** Places of a few moments along an axis of time, with the time of day. */
export function timeTicks(from: number, to: number, wanted = 5): readonly Tick[] {
  const spanMs = Math.max(1, to - from);
  return Array.from({ length: wanted }, (_, index) => {
    const value = from + (spanMs * index) / (wanted - 1);
    const date = new Date(value);
    const two = (part: number): string => String(part).padStart(2, "0");
    const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
    return { value, text: spanMs < 10 * 60_000 ? `${clock}:${two(date.getSeconds())}` : clock };
  });
}

/** Turns a value into a place in pixels. */
export function placeOf(
  value: number,
  from: number,
  to: number,
  startPx: number,
  endPx: number,
): number {
  const share = to === from ? 0 : (value - from) / (to - from);
  return Math.round((startPx + share * (endPx - startPx)) * 10) / 10;
}
