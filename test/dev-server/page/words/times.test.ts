import { test, expect } from "vitest";
import {
  aheadBy,
  ago,
  daysLeft,
  durationOf,
  sizeOf,
} from "../../../../src/dev-server/page/words/times.ts";

test.each([
  [0, "0 ms"],
  [-5, "0 ms"],
  [999, "999 ms"],
  [4_320, "4.3 s"],
  [9_999, "9.9 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_600_000, "1 h"],
  [5_430_000, "1 h 30 min"],
  [86_400_000, "1 day"],
  [10 * 86_400_000, "10 days"],
])("%d ms are said as %s", (ms, text) => {
  expect(durationOf(ms)).toBe(text);
});

test("a moment of a server whose clock is ahead was just now", () => {
  expect(ago(2_000, 1_000)).toBe("just now");
  expect(ago(1_000, 64_000)).toBe("1 min ago");
});

test("another clock is ahead by what is more than a way takes", () => {
  expect([aheadBy(1_900, 0), aheadBy(0, 1_900)]).toEqual([0, 0]);
  expect([aheadBy(3_600_000, 0), aheadBy(0, 3_600_000)]).toEqual([3_600_000, -3_600_000]);
});

test("days left are whole ones, and none when it is over", () => {
  expect(daysLeft(3.9 * 86_400_000, 0)).toBe(3);
  expect(daysLeft(-1, 0)).toBe(-1);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_500, "1.5 kB"],
  [284_000_000, "284 MB"],
  [3_200_000_000, "3.2 GB"],
])("%d bytes are said as %s", (bytes, text) => {
  expect(sizeOf(bytes)).toBe(text);
});
