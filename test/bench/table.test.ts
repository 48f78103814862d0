import { expect, test } from "vitest";
import { goalOf, unitOf } from "../../bench/goals.ts";
import { type Collected, median, tableOf } from "../../bench/table.ts";

const collected = (figures: Readonly<Record<string, readonly number[]>>): Collected =>
  new Map(Object.entries(figures));

test("the middle one of several numbers stands for them", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4])).toBe(4);
});

test("each figure stands in the table with its unit, its numbers and its goal", () => {
  const ours = collected({
    "bare node -e 0": [20, 22, 21],
    "first message, warm": [50, 41, 40],
    "offer -> APPLIED": [900],
    "resident memory, idle": [60.04],
  });
  expect(tableOf(ours, collected({})).split("\n")).toEqual([
    "| figure                | median | all      | goal             | reached |",
    "| --------------------- | ------ | -------- | ---------------- | ------- |",
    "| bare node -e 0        | 21 ms  | 20 21 22 |                  |         |",
    "| first message, warm   | 41 ms  | 40 41 50 | <= 2 x bare Node | yes     |",
    "| offer -> APPLIED      | 900 ms | 900      | <= 800 ms        | no      |",
    "| resident memory, idle | 60 MB  | 60       | <= 64 MB         | yes     |",
  ]);
});

test("with another supervisor each figure has its ratio, and where we have more to show there is none", () => {
  const ours = collected({ "agent healthy, cold": [110], "package offered -> installed": [700] });
  const rows = tableOf(ours, collected({ "agent healthy, cold": [95] })).split("\n");
  expect(rows[2]).toMatch(/\| <= the other \+ 20 ms \| yes +\| 95 +\| 1\.16 +\|$/);
  expect(rows[3]).toMatch(/\| +\| +\| +\| +\|$/);
});

test("a large configuration is measured against the bare collector of the same run", () => {
  const medians = new Map([["5000 pipelines: bare validate + start", 3_000]]);
  const goal = goalOf("5000 pipelines: offer -> APPLIED", medians, new Map());
  expect(goal?.most).toBe(6_000);
  expect(goalOf("5000 pipelines: offer -> APPLIED", new Map(), new Map())).toBeUndefined();
});

test.each([
  ["peak memory, idle", "MB"],
  ["CPU per second, idle", "ms/s"],
  ["wake-ups per second, idle", "/s"],
  ["lines per second, agent.log", "/s"],
  ["requests lost, package switch", ""],
  ["CPU per 100 MB, agent.log", "ms"],
])("the unit of %s is %s", (figure, unit) => {
  expect(unitOf(figure)).toBe(unit);
});
