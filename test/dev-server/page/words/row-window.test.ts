import fc from "fast-check";
import { test, expect } from "vitest";
import { rowWindow } from "../../../../src/dev-server/page/words/row-window.ts";

test("only rows that can be seen are drawn, and some beside them", () => {
  expect(rowWindow(10_000, 44, 44_000, 880, 12)).toEqual({
    first: 988,
    end: 1_032,
    abovePx: 988 * 44,
    belowPx: (10_000 - 1_032) * 44,
  });
});

test("wherever somebody scrolls, the table is as high as all its rows and draws few", () => {
  const any = fc.integer({ min: -100_000, max: 1_000_000 });
  fc.assert(
    fc.property(fc.nat(20_000), any, fc.nat(3_000), (count, scrolledPx, heightPx) => {
      const { first, end, abovePx, belowPx } = rowWindow(count, 44, scrolledPx, heightPx);
      expect(abovePx + (end - first) * 44 + belowPx).toBe(count * 44);
      expect(end - first).toBeLessThanOrEqual(heightPx / 44 + 26);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(count);
    }),
  );
});
