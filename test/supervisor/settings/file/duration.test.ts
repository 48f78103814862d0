import { test, expect } from "vitest";
import { durationMs } from "../../../../src/supervisor/settings/file/duration.ts";

test.each([
  ["0", 0],
  ["5s", 5_000],
  ["500ms", 500],
  ["1.5h", 5_400_000],
  ["1h2m3.5s", 3_723_500],
  [".5s", 500],
  ["5.s", 5_000],
  ["-1s", -1_000],
  ["+2m", 120_000],
  ["100us", 0.1],
  ["100µs", 0.1],
  ["100μs", 0.1],
  ["1000000ns", 1],
  ["-0s", 0],
])("%s is %d ms, as in Go", (text, expected) => {
  expect(durationMs(text)).toBe(expected);
});

test.each(["", "5", "1.5", "s", "5 s", "5S", "5sec", "1d", "1h-2m", "--1s", "1,5s", ".s"])(
  "%j is no duration",
  (text) => {
    expect(durationMs(text)).toBeUndefined();
  },
);
