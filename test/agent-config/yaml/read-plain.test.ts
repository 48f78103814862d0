import { isScalar, isSeq, isMap } from "yaml";
import { test, expect } from "vitest";
import { readPlainRuns } from "../../../src/agent-config/yaml/read-plain.ts";

function keysOf(text: string): readonly (readonly unknown[])[] {
  return readPlainRuns(text).map(({ pairs }) =>
    pairs.map(({ key }) => (isScalar(key) ? key.value : key)),
  );
}

test.each([
  ["a: 1\nb:\n  c: d\n", [["a", "b"]]],
  ["a: 1\n\nb: 2\n", [["a"], ["b"]]],
  ["a: 1\n# about b\nb: 2\n", [["a"], ["b"]]],
  ["a: 1 # one\nb: 2\n", [["b"]]],
  ["a:\n  b: 1\n  c: |\n    d: 2\n  e: 3\nf: 4\n", [["b"], ["e"], ["f"]]],
  ["a: b\n  c\nd: e\n", [["d"]]],
  ["a:\n    # right of b\n  b: 1\n", [["b"]]],
  ["a:\n  b: 1\n    # right of it\nc: 2\n", [["c"]]],
  ["a:\n  - b: 1\n", []],
  ["a: 1\r\nb: 2\n", [["b"]]],
  ["<<: 1\n", []],
  ["", []],
])("of %j these entries are plain", (text, expected) => {
  expect(keysOf(text)).toEqual(expected);
});

test("a run reaches from the end of its first key to the end of its last line", () => {
  const text = "# top\na:\n  - b\nc: d\n\n";
  const [run] = readPlainRuns(text);
  expect(text.slice(run?.keyEnd, run?.end)).toBe(":\n  - b\nc: d");
});

test("scalars keep their quotes, and what is nothing to the collector is nothing", () => {
  const [run] = readPlainRuns("a: null\nb: 'null'\nc: \"x y\"\nd:\ne: 0777\n");
  const looks = run?.pairs.map(({ value }) =>
    isScalar(value) ? [value.value, value.type, value.source] : value,
  );
  expect(looks).toEqual([
    [null, "PLAIN", "null"],
    ["null", "QUOTE_SINGLE", "null"],
    ["x y", "QUOTE_DOUBLE", "x y"],
    [null, "PLAIN", ""],
    ["0777", "PLAIN", "0777"],
  ]);
});

test("lists and empty maps keep their style", () => {
  const [run] = readPlainRuns("a: [b, 'c']\nd:\n- e\nf: {}\n");
  const [flow, block, map] = run?.pairs.map(({ value }) => value) ?? [];
  expect(isSeq(flow) && [flow.flow, flow.items.length]).toEqual([true, 2]);
  expect(isSeq(block) && [block.flow, block.items.length]).toEqual([undefined, 1]);
  expect(isMap(map) && [map.flow, map.items.length]).toEqual([true, 0]);
});

test("a text that is a thousand levels deep is read too", () => {
  const deep = (depth: number): string =>
    Array.from({ length: depth }, (_, index) => `${" ".repeat(index)}a:\n`).join("");
  expect(readPlainRuns(`${deep(1_000)}${" ".repeat(1_000)}b: *c\n`)).toEqual([]);
});
