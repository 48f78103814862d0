import { test, expect } from "vitest";
import { killPointFrom, noKillPoint } from "../../src/files/kill-point.ts";

test.each([undefined, "", "journal written", "journal written:x"])(
  "without a place and a count (%j) nothing ever breaks",
  (wish) => {
    expect(killPointFrom(wish)).toBe(noKillPoint);
  },
);

test("other places and earlier times are passed unharmed", () => {
  const passing = killPointFrom("journal written:3");
  passing("journal written");
  passing("before journal");
  passing("journal written");
  expect(passing).not.toBe(noKillPoint);
});
