import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createReadingPace } from "../../../src/agent/extension/reading-pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A pace of three at once and one more every 10 ms, and what happens with it. Numbers below ten are free. */
function start() {
  const seen: (number | string)[] = [];
  const pace = createReadingPace<number>(
    {
      pass: (frame) => {
        seen.push(frame);
        if (frame >= 10) pace.cost(frame);
      },
      hold: () => seen.push("hold"),
      goOn: () => seen.push("go on"),
    },
    { burst: 3, bytesEach: 1_000, everyMs: 10 },
  );
  return { pace, seen };
}

test("what comes at once passes up to the burst; the rest waits in its order, and one at a time passes", () => {
  const { pace, seen } = start();
  for (const frame of [10, 11, 12, 13, 1, 14]) pace.take(frame);
  expect(seen).toEqual([10, 11, 12, "hold"]);
  vi.advanceTimersByTime(10);
  expect(seen.slice(4)).toEqual([13]);
  vi.advanceTimersByTime(10);
  expect(seen.slice(5)).toEqual([1, 14]);
  vi.advanceTimersByTime(10);
  expect(seen.slice(7)).toEqual(["go on"]);
});

test("what is free passes without end", () => {
  const { pace, seen } = start();
  for (let frame = 0; frame < 1_000; frame += 1) pace.take(1);
  expect(seen).toHaveLength(1_000);
  expect(vi.getTimerCount()).toBe(0);
});

test("a large one costs by its bytes, and is waited for afterwards", () => {
  const { pace, seen } = start();
  pace.take(5_000);
  pace.take(10);
  expect(seen).toEqual([5_000, "hold"]);
  vi.advanceTimersByTime(30);
  expect(seen).toHaveLength(2);
  vi.advanceTimersByTime(10);
  expect(seen.slice(2)).toEqual([10]);
});

test("after a silence the whole burst is there again, and no timer is left", () => {
  const { pace, seen } = start();
  pace.take(10);
  vi.advanceTimersByTime(10);
  expect(vi.getTimerCount()).toBe(0);
  for (const frame of [11, 12, 13]) pace.take(frame);
  expect(seen).toEqual([10, 11, 12, 13, "hold"]);
});

test("after the close nothing passes", () => {
  const { pace, seen } = start();
  for (const frame of [10, 11, 12, 13]) pace.take(frame);
  pace.close();
  pace.take(1);
  vi.advanceTimersByTime(1_000);
  expect(seen).toEqual([10, 11, 12, "hold"]);
});
