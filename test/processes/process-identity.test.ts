import { expect, test } from "vitest";
import { hasEnded, identityOf, lives, statOf } from "../../src/processes/process-identity.ts";

test.each([
  ["runs", "S", 12, false],
  ["its first thread is through, others hold its ports", "Z", 2, false],
  ["all its threads are through", "Z", 1, true],
  ["nobody tells of its threads", "Z", Number.NaN, true],
  ["its parent is looking", "X", 0, true],
])("whether a process has ended: %s", (_, state, threads, expected) => {
  expect(hasEnded({ state, threads })).toBe(expected);
});

test("this process lives, with the threads that Node has", () => {
  expect(statOf(process.pid)?.threads).toBeGreaterThan(1);
  expect(lives(identityOf(process.pid))).toBe(true);
});
