import { expect, test } from "vitest";
import { stillFlow, through } from "../../../src/dev-server/logs/flow-limit.ts";

const limit = { perSecond: 100, atOnce: 300 };

test("so much goes at once, and then so much in a second", () => {
  const full = through(stillFlow, 300, 0, limit);
  if ("waitMs" in full) throw new Error("expected it to go through");
  expect(through(full, 50, 0, limit)).toEqual({ waitMs: 500 });
  expect(through(full, 50, 500, limit)).toEqual({ level: 300, at: 500 });
  expect(through(full, 300, 60_000, limit)).toEqual({ level: 300, at: 60_000 });
});

test("what is larger than all that goes at once goes alone", () => {
  expect(through(stillFlow, 1_000, 0, limit)).toEqual({ level: 1_000, at: 0 });
  expect(through({ level: 1_000, at: 0 }, 1, 0, limit)).toEqual({ waitMs: 7_010 });
});

test("a clock that goes back drains nothing", () => {
  expect(through({ level: 100, at: 1_000 }, 10, 0, limit)).toEqual({ level: 110, at: 0 });
});
