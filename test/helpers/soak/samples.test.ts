import { expect, test } from "vitest";
import { plotOf } from "./plot.ts";
import { columns, csvOf, grownOver, type Sample } from "./samples.ts";

const calm = Object.fromEntries(columns.map((column) => [column, 10])) as Sample;
const series = (of: (at: number) => Partial<Sample>): readonly Sample[] =>
  Array.from({ length: 30 }, (_, at) => ({ ...calm, seconds: at * 10, ...of(at) }));

test("what stays, warms up, or is high for a moment has not grown", () => {
  expect(grownOver(series(() => ({})))).toEqual([]);
  expect(grownOver(series((at) => ({ heapMb: at < 6 ? 1 : 12 })))).toEqual([]);
  expect(grownOver(series((at) => ({ timers: at === 29 ? 500 : 7 })))).toEqual([]);
});

test("what is a little more each time has grown, in words", () => {
  expect(grownOver(series((at) => ({ descriptors: 20 + at })))).toEqual([
    "descriptors has grown from 30.0 to 46.0; 3 more are allowed",
  ]);
  expect(grownOver(series((at) => ({ processes: at < 20 ? 2 : 3 })))).toHaveLength(1);
});

test("of a run with next to no samples nothing is said", () => {
  expect(grownOver([])).toEqual([]);
  expect(grownOver(series(() => ({})).slice(0, 2))).toEqual([]);
});

test("the table has a head and a line for each sample, and the picture a plot for each column", () => {
  const samples = series((at) => ({ heapMb: at / 3 }));
  expect(csvOf(samples).trim().split("\n")).toHaveLength(31);
  const picture = plotOf(samples, "a < b & c");
  expect(picture.match(/<polyline/g)).toHaveLength(columns.length - 1);
  expect(picture).toContain("a &lt; b &amp; c");
  expect(picture).not.toMatch(/NaN|Infinity/);
  expect(plotOf([], "")).not.toMatch(/NaN|Infinity/);
});
