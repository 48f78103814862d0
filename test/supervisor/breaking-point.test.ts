import { expect, test } from "vitest";
import { breakingPoint, unbroken } from "../../src/supervisor/breaking-point.ts";

test.each([undefined, "", "journal written", "journal written:x"])(
  "without a place and a count (%j) nothing ever breaks",
  (wish) => {
    expect(breakingPoint(wish)).toBe(unbroken);
  },
);

test("other places and earlier times are passed unharmed", () => {
  const passing = breakingPoint("journal written:3");
  passing("journal written");
  passing("before journal");
  passing("journal written");
  expect(passing).not.toBe(unbroken);
});
