import fc from "fast-check";
import { test, expect } from "vitest";
import {
  countTicks,
  placeOf,
  timeTicks,
} from "../../../../src/dev-server/page/words/chart-scales.ts";

test("an axis of counts begins at 0, is round, and reaches the highest", () => {
  expect(countTicks(24).map(({ value }) => value)).toEqual([0, 10, 20, 30]);
  expect(countTicks(0).map(({ value }) => value)).toEqual([0]);
  fc.assert(
    fc.property(fc.nat(1_000_000), (highest) => {
      const ticks = countTicks(highest);
      expect(ticks.at(-1)?.value).toBeGreaterThanOrEqual(highest);
      expect(ticks.length).toBeLessThanOrEqual(6);
    }),
  );
});

test("places lie between both ends, and a span of nothing has one place", () => {
  expect(placeOf(5, 0, 10, 0, 100)).toBe(50);
  expect(placeOf(5, 5, 5, 20, 100)).toBe(20);
  expect(timeTicks(0, 4_000).map(({ value }) => value)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
});
