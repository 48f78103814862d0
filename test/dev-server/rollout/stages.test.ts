import fc from "fast-check";
import { test, expect } from "vitest";
import { reachOf, stagesProblem } from "../../../src/dev-server/rollout/stages.ts";

test.each([
  [[10, 50, 100], 10, [1, 5, 10]],
  [[10, 50, 100], 1, [1]],
  [[10, 50, 100], 2, [1, 2]],
  [[10, 50, 100], 3, [1, 2, 3]],
  [[100], 7, [7]],
  [[0.01, 100], 10_000, [1, 10_000]],
  [[7, 100], 100, [7, 100]],
  [[10, 100], 15, [2, 15]],
  [[10, 100], 0, []],
])("%j of %i agents", (stages, agents, reached) => {
  expect(reachOf(stages, agents).map((each) => each.reached)).toEqual(reached);
});

test("the last stage that is left is called all", () => {
  expect(reachOf([10, 50, 100], 2).map(({ share }) => share)).toEqual([10, 100]);
});

test.each([
  [[]],
  [[50]],
  [[50, 50, 100]],
  [[50, 20, 100]],
  [[0, 100]],
  [[-5, 100]],
  [[120, 100]],
  [[Number.NaN, 100]],
  [Array.from({ length: 21 }, (_, at) => (at === 20 ? 100 : at + 1))],
])("%j are no stages", (stages) => {
  expect(stagesProblem(stages)).toContain("expected");
});

test("each stage has somebody, and the last one ends with everybody", () => {
  const shares = fc
    .uniqueArray(fc.double({ min: 0.001, max: 99.9, noNaN: true }), { maxLength: 10 })
    .map((all) => [...all.sort((a, b) => a - b), 100]);
  fc.assert(
    fc.property(shares, fc.integer({ min: 1, max: 500 }), (stages, agents) => {
      expect(stagesProblem(stages)).toBeUndefined();
      const reached = reachOf(stages, agents).map((each) => each.reached);
      expect(reached.at(-1)).toBe(agents);
      reached.forEach((each, at) => expect(each).toBeGreaterThan(reached[at - 1] ?? 0));
    }),
  );
});
