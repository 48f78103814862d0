import { expect, test } from "vitest";
import { patienceMs } from "../../../../src/supervisor/core/agent/patience.ts";

/** How often an agent is asked that takes so long. */
function questions(tookMs: number, fastMs: number): number {
  let count = 0;
  for (let at = 0; at < tookMs; at += patienceMs(at, fastMs)) count += 1;
  return count;
}

test("a quick agent is asked as often as can be", () => {
  for (const at of [0, 37, 120, 200]) expect(patienceMs(at, 10)).toBe(10);
  for (const at of [0, 9, 100]) expect(patienceMs(at, 5)).toBe(5);
});

test("a slow one is asked ever more seldom, but each second at least", () => {
  expect(questions(1_000, 10)).toBeLessThan(45);
  expect(questions(4_000, 10)).toBeLessThan(60);
  expect(questions(4_000, 5)).toBeLessThan(65);
  for (let at = 0; at < 100_000; at += 7) {
    expect(patienceMs(at, 10)).toBeLessThanOrEqual(1_000);
    expect(patienceMs(at, 10)).toBeLessThanOrEqual(Math.max(10, at / 8));
  }
});
