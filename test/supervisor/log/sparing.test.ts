import { test, expect } from "vitest";
import { createSparing } from "../../../src/supervisor/log/sparing.ts";

test("of many lines a few are written, and how many were not is told with the next", () => {
  let now = 0;
  const told: number[] = [];
  const may = createSparing(
    (lines) => told.push(lines),
    () => now,
  );
  const written = Array.from({ length: 10_000 }, () => may()).filter(Boolean);
  expect(written).toHaveLength(5);
  expect(told).toEqual([]);
  now = 10_000;
  expect(may()).toBe(true);
  expect(told).toEqual([9_995]);
  now = 20_000;
  expect(may()).toBe(true);
  expect(told).toEqual([9_995]);
});
