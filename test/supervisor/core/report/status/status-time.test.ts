import { expect, test } from "vitest";
import {
  dateOf,
  dateOrNull,
  isoTime,
  secondsSince,
} from "../../../../../src/supervisor/core/report/status/status-time.ts";
import { clockAhead, wallTime } from "../../../../../src/supervisor/core/state/wall-clock.ts";

test("a moment is a date in UTC, and what is no moment is null", () => {
  const clock = clockAhead(86_400_000);
  expect(dateOf(clock, 1_000)).toBe("1970-01-02T00:00:01.000Z");
  expect(dateOrNull(clock, undefined)).toBeNull();
  expect(dateOrNull(clock, Infinity)).toBeNull();
  expect(isoTime(wallTime(1e300))).toBe("+275760-09-13T00:00:00.000Z");
});

test("seconds are whole and never less than none", () => {
  const now = { at: 5_900, wall: wallTime(0) };
  expect(secondsSince(1_000, now)).toBe(4);
  expect(secondsSince(9_000, now)).toBe(0);
});
