import { test, expect } from "vitest";
import {
  momentOf,
  retryAfterMs,
  retryInfoMs,
  refusalOf,
} from "../../../src/opamp-client/transport/retry-after.ts";

const now = Date.parse("2026-01-02T03:04:05Z");

test.each([
  ["2", 2_000],
  [" 120 ", 120_000],
  ["0", 0],
  ["-5", 0],
  ["Fri, 02 Jan 2026 03:04:15 GMT", 10_000],
  ["Fri, 02 Jan 2026 03:04:00 GMT", 0],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined],
])("Retry-After %j asks for %s ms", (header, wait) => {
  expect(retryAfterMs(header, now)).toBe(wait);
});

test.each([
  [undefined, undefined],
  [0n, undefined],
  [3_000_000_000n, 3_000],
  [1n, 1],
  [18446744073709551615n, 18446744073710],
])("retry_after_nanoseconds %s asks for %s ms", (nanoseconds, wait) => {
  expect(retryInfoMs(nanoseconds)).toBe(wait);
});

test.each([
  [503, "overloaded"],
  [429, "overloaded"],
  [401, "denied"],
  [403, "denied"],
  [500, "other"],
] as const)("status %i is a refusal that is %s, with the time of its header", (status, why) => {
  expect(refusalOf(status, "2", now)).toEqual({ why, retryAfterMs: 2_000 });
  expect(refusalOf(status, undefined, now)).toEqual({ why, retryAfterMs: undefined });
});

test("a date in an answer is a wait by the clock of whoever gave it", () => {
  const said = momentOf("Fri, 02 Jan 2026 03:04:05 GMT");
  expect(retryAfterMs("Fri, 02 Jan 2026 03:04:15 GMT", said)).toBe(10_000);
  for (const nothing of [undefined, "", "soon"])
    expect(Math.abs(momentOf(nothing) - Date.now())).toBeLessThan(60_000);
});
