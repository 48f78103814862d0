import { expect, test } from "vitest";
import { parseDocument, Scalar, stringify, YAMLMap } from "yaml";
import { createMapWriter, pairsByKey } from "../../../src/agent-config/yaml/map-writer.ts";

function mapOf(text: string): YAMLMap {
  return parseDocument(text, { uniqueKeys: false }).contents as YAMLMap;
}

test("maps are made along a path, and each key stands once with its last value", () => {
  const { mapAt, set } = createMapWriter();
  const root = new YAMLMap();
  set(mapAt(root, ["a", "b"]), "c", new Scalar(1));
  set(mapAt(root, ["a"]), "d", new Scalar(2));
  set(mapAt(root, ["a", "b"]), "c", new Scalar(3));
  expect(stringify(root)).toBe("a:\n  b:\n    c: 3\n  d: 2\n");
});

test("what is there already is found by its key", () => {
  const { mapAt, set } = createMapWriter();
  const root = mapOf("a: {0x10: x}\n");
  set(mapAt(root, ["a"]), "0x10", new Scalar("y"));
  expect(stringify(root)).toBe("a: { 0x10: y }\n");
});

test("what stands in the way of a map is replaced", () => {
  const { mapAt, set } = createMapWriter();
  const root = mapOf("a: text\n");
  set(mapAt(root, ["a"]), "b", new Scalar(1));
  expect(stringify(root)).toBe("a:\n  b: 1\n");
  set(root, "a", new Scalar(null));
  set(mapAt(root, ["a"]), "c", new Scalar(2));
  expect(stringify(root)).toBe("a:\n  c: 2\n");
});

test("of a key that stands twice the first is found, and keys that are maps are passed over", () => {
  const pairs = pairsByKey(mapOf("a: 1\na: 2\n? {b: c}\n: 3\n"));
  expect([...pairs.keys()]).toEqual(["a"]);
  expect(pairs.get("a")?.value).toMatchObject({ value: 1 });
});
