import { test, expect } from "vitest";
import { restartDelayMs } from "../../../../src/supervisor/core/agent/process.ts";

test.each([
  [0, 0],
  [1, 0],
  [2, 3_000],
  [3, 6_000],
  [4, 12_000],
  [7, 60_000],
  [1_000, 60_000],
])("after %i crashes in a row the wait is %i ms", (crashes, expected) => {
  expect(restartDelayMs(crashes, 0.5, 3_000, 60_000)).toBe(expected);
});

test("the wait varies by a quarter either way", () => {
  expect(restartDelayMs(2, 0, 4_000, 60_000)).toBe(3_000);
  expect(restartDelayMs(2, 1, 4_000, 60_000)).toBe(5_000);
});

test("even with the shortest waits a binary that dies at once is started five times in 30 s", () => {
  let at = 0;
  let starts = 1;
  for (let crashes = 1; at < 30_000; crashes += 1) {
    at += restartDelayMs(crashes, 0, 3_000, 60_000);
    if (at < 30_000) starts += 1;
  }
  expect(starts).toBe(5);
});
