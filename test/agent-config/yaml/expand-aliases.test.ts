import { type YAMLMap, isMap, parseDocument } from "yaml";
import { test, expect } from "vitest";
import { expandAliases } from "../../../src/agent-config/yaml/expand-aliases.ts";
import { reading } from "../../../src/agent-config/yaml/read-layer.ts";
import { baseLayer, remoteOf } from "../../helpers/core/core-samples.ts";
import { render, problemOf } from "../../helpers/core/rendered.ts";

/** A tree as the parser gives it, aliases and all. */
function treeOf(text: string): YAMLMap {
  const { contents } = parseDocument(text, reading);
  if (!isMap(contents)) throw new Error("expected a map");
  return contents;
}

function expanded(text: string): unknown {
  const result = expandAliases(treeOf(text));
  return "problem" in result ? result.problem : result.root.toJSON();
}

test("aliases and merge keys are expanded before a join reaches them", () => {
  const { text } = render({
    local: [baseLayer("a: &x {k: 1, l: 2}\nb: *x\nc:\n  <<: *x\n  k: 3\n")],
    remote: remoteOf("r", "b: {k: 9}\n"),
  });
  expect(text).toContain("a: { k: 1, l: 2 }\nb: { k: 9, l: 2 }\nc:\n  l: 2\n  k: 3\n");
});

test("aliases that multiply are refused instead of filling the memory", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 12; level += 1) {
    const item = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array(9).fill(item).join(", ")}]`);
  }
  expect(problemOf([baseLayer(lines.join("\n"))])).toContain("too many values");
});

test.each([
  ["a text", `"${"k".repeat(2_000)}"`],
  ["a block", `|\n  ${"k".repeat(2_000)}\n`],
  ["a key", `{${"k".repeat(1_000)}: v}`],
  ["a tag", `!${"k".repeat(2_000)} v`],
  ["a comment", `[x # ${"k".repeat(2_000)}\n  , y]`],
])("aliases that multiply %s are refused before it fills the memory", (_what, text) => {
  const few = `a: &a ${text}\nb: [${"*a, ".repeat(100)}]\n`;
  expect(render({ local: [baseLayer(few)] }).text).toContain("kkk");
  const many = `a: &a ${text}\nb: [${"*a, ".repeat(2_000)}]\n`;
  expect(problemOf([baseLayer(many)])).toContain("too long a text");
});

test.each([
  ["a: *nowhere\n", /alias \*nowhere has no anchor/],
  ["a: &a {b: *a}\n", /contains itself/],
])("the text %j is refused with its place", (text, expected) => {
  expect(problemOf([baseLayer(text)])).toMatch(expected);
});

test("a tree without any is the same tree", () => {
  const root = treeOf("a: {b: [c]}\n");
  const result = expandAliases(root);
  expect("root" in result && result.root).toBe(root);
});

test.each([
  ["a: &x {k: 1}\nb: {<<: *x, k: 2}\n", { a: { k: "1" }, b: { k: "2" } }],
  ["b: {<<: [{k: 1}, {k: 2, l: 3}]}\n", { b: { k: "1", l: "3" } }],
  ["b: {'<<': {k: 1}}\n", { b: { "<<": { k: "1" } } }],
  ["b: {<<: [1]}\n", "a merge key << stands before something that is not a map"],
])("of what %j merges its own keys win, then the earlier map", (text, tree) => {
  expect(expanded(text)).toEqual(tree);
});
