import { test, expect } from "vitest";
import { outcomeOf } from "../../src/telemetry/sending.ts";

const answered = (status: number, retryAfterMs?: number) =>
  ({ is: "answered", status, retryAfterMs }) as const;

test.each([200, 202, 204])("%i means that it has arrived", (status) => {
  expect(outcomeOf(answered(status), 3, 0.5)).toEqual({ is: "sent" });
});

test("what was taken in part has arrived, without what was not taken", () => {
  const rejected = { items: 2, why: "too old" };
  expect(outcomeOf({ ...answered(200), rejected }, 0, 0.5)).toEqual({ is: "sent", rejected });
});

test.each([429, 502, 503, 504])("%i means that it is tried again", (status) => {
  expect(outcomeOf(answered(status), 0, 1)).toMatchObject({ is: "again", inMs: 1_000 });
});

test.each([400, 401, 404, 413, 500, 301])("%i means that it is lost", (status) => {
  expect(outcomeOf(answered(status), 0, 0.5)).toEqual({
    is: "refused",
    why: `HTTP status ${status}`,
  });
});

test.each([
  [0, 0, 500],
  [0, 1, 1_000],
  [1, 1, 2_000],
  [4, 1, 16_000],
  [5, 1, 30_000],
  [5_000, 0, 15_000],
])("after %i failures, by chance %d, the wait is %i ms", (failures, random, inMs) => {
  const answer = { is: "failed", why: "nothing listens" } as const;
  expect(outcomeOf(answer, failures, random)).toEqual({
    is: "again",
    inMs,
    why: "nothing listens",
  });
});

test("a receiver that names a time is not asked sooner, nor later than in an hour", () => {
  expect(outcomeOf(answered(503, 7_000), 0, 0)).toMatchObject({ inMs: 7_000 });
  expect(outcomeOf(answered(503, 1), 0, 0)).toMatchObject({ inMs: 500 });
  expect(outcomeOf(answered(429, 86_400_000), 0, 0)).toMatchObject({ inMs: 3_600_000 });
});
