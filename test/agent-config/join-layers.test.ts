import { test, expect } from "vitest";
import { type Join, joinLayers } from "../../src/agent-config/join-layers.ts";
import { type YamlLayer, parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";

function layersOf(...texts: readonly string[]): readonly YamlLayer[] {
  return texts.map((text, index) => {
    const layer = parseYamlLayer(`${index}.yaml`, text);
    if ("problem" in layer) throw new Error(layer.problem);
    return layer;
  });
}

function join(...texts: readonly string[]): Join {
  return joinLayers(layersOf(...texts));
}

function textOf(joined: Join): string {
  return joined.document.toString({ lineWidth: 0 });
}

test("each place where a later layer replaced a value is kept, with both layers", () => {
  const { replaced } = join("a: {b: 1, c: [x]}\n", "a: {b: 2}\n", "a: {b: 3, c: [y]}\nd: 1\n");
  expect(replaced.map(({ path, before, after }) => [path, before.layer, after.layer])).toEqual([
    ["a.b", 0, 1],
    ["a.b", 1, 2],
    ["a.c", 0, 2],
  ]);
});

test("what stands below a place that a layer put in belongs to that layer", () => {
  const { replaced } = join("a: {}\n", "a: {b: {c: {d: 1}}}\n", "a: {b: {c: {d: 2}}}\n");
  expect(replaced.map(({ before, after }) => [before.layer, after.layer])).toEqual([[1, 2]]);
});

test("a join keeps no more than where layers met", () => {
  const wide = Array.from({ length: 100 }, (_, index) => `  k${index}: {a: 1, b: 2}\n`).join("");
  const { owners, replaced } = join(`x:\n${wide}`, "x: {k5: {a: 3, c: 4}}\n");
  expect(owners.size).toBe(2);
  expect(replaced).toHaveLength(1);
});

test("keys that the collector takes for the same are joined", () => {
  expect(textOf(join("a: {0x10: x, true: y}\n", "a: {16: z, True: w}\n"))).toBe(
    "a: { 0x10: z, true: w }\n",
  );
});

test("a key with :: at the top is a path", () => {
  expect(textOf(join("a: {b: 1, c: 2}\n", "a::b: 3\n"))).toBe(
    "a: { b: 3, c: 2 }\n".replace(/.*/, "a:\n  b: 3\n  c: 2"),
  );
});

test("braces give way to lines where lines are joined into them", () => {
  expect(textOf(join('{"a": {"b": 1}}', "a:\n  c: ?x\n"))).toBe('"a":\n  "b": 1\n  c: ?x\n');
  expect(textOf(join("a: {b: 1}\n", "a: {c: 2}\n"))).toBe("a: { b: 1, c: 2 }\n");
});

test("an anchor that is set anew counts from there on", () => {
  expect(textOf(join("a: &x 1\nb: *x\nc: &x 2\nd: *x\n"))).toBe("a: 1\nb: 1\nc: 2\nd: 2\n");
});
