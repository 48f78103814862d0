import type { YAMLMap } from "yaml";
import { test, expect } from "vitest";
import {
  mapOf,
  plain,
  listOf,
  textAt,
  nodeAt,
  itemsOf,
  itemText,
  ensureMap,
  setValue,
  quoted,
} from "../../../src/agent-config/yaml/nodes.ts";
import { emptyDocument } from "../../../src/agent-config/yaml/read-layer.ts";

const tree = (): YAMLMap =>
  mapOf({ a: mapOf({ b: plain("c") }), list: listOf([plain("x"), mapOf({})]) });

test("a path leads to its node, and ends where there is no map or no such key", () => {
  expect(textAt(tree(), ["a", "b"])).toBe("c");
  expect(nodeAt(tree(), ["a", "b", "c"])).toBeUndefined();
  expect(nodeAt(tree(), ["a", "x"])).toBeUndefined();
  expect(textAt(tree(), ["a"])).toBeUndefined();
  const root = tree();
  expect(nodeAt(root, [])).toBe(root);
});

test("of a list only the texts are told, and of what is no list none", () => {
  expect(itemsOf(nodeAt(tree(), ["list"]))).toEqual(["x"]);
  expect(itemsOf(nodeAt(tree(), ["a"]))).toEqual([]);
  expect(itemText(mapOf({}))).toBeUndefined();
});

test("a map that is there is kept, one that is missing is made, and what else stands there gives way", () => {
  const root = tree();
  expect(ensureMap(root, ["a"])).toBe(nodeAt(root, ["a"]));
  setValue(ensureMap(root, ["new", "deep"]), "k", plain("v"));
  setValue(ensureMap(root, ["a", "b"]), "k", plain("v"));
  expect(root.toJSON()).toMatchObject({ new: { deep: { k: "v" } }, a: { b: { k: "v" } } });
});

test("a key is set once, in its place", () => {
  const root = mapOf({ a: plain("1"), b: plain("2") });
  setValue(root, "a", plain("3"));
  setValue(root, "c", plain("4"));
  expect(Object.entries(root.toJSON() as object)).toEqual([
    ["a", "3"],
    ["b", "2"],
    ["c", "4"],
  ]);
});

test("a text is quoted whatever it looks like, and a word stands as it is", () => {
  const document = emptyDocument();
  document.contents = mapOf({ text: quoted("0777"), word: plain("0777"), flow: listOf([], true) });
  expect(document.toString()).toBe('text: "0777"\nword: 0777\nflow: []\n');
});
