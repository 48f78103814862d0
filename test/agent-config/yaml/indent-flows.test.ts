import { test, expect } from "vitest";
import { parseDocument, isMap } from "yaml";
import { indentFlows } from "../../../src/agent-config/yaml/indent-flows.ts";

test.each([
  ["x: {\na: 1\n}\n", { x: { a: 1 } }],
  ["x: [\n1,\n2\n]\ny: 3\n", { x: [1, 2], y: 3 }],
  ["x: {\n\ta: [\n\t1, 2 ]\n}\n", { x: { a: [1, 2] } }],
  ["l:\n  - x: {\n a: 1}\n    y: [1,\n2]\n", { l: [{ x: { a: 1 }, y: [1, 2] }] }],
  [
    "x: [\n'it''s ]', \"q ] \\\" [\", it's, # ] comment\nb]\n",
    { x: ["it's ]", 'q ] " [', "it's", "b"] },
  ],
  ["x: {\r\na: 1 }\r\ny: [\n2]\n", { x: { a: 1 }, y: [2] }],
])("%j is readable after its lines were moved", (text, expected) => {
  expect(parseDocument(text).errors).not.toEqual([]);
  const moved = indentFlows(text);
  const document = parseDocument(moved);
  expect(document.errors).toEqual([]);
  expect(isMap(document.contents) && document.toJS()).toEqual(expected);
  expect(moved.split("\n")).toHaveLength(text.split("\n").length);
});

test("text that is readable, and text that cannot be helped, stay as they are", () => {
  for (const text of ["x: {\n  a: 1\n}\ny: |\n  {\n", "x: [1, 2\ny: 3\n", "x: {\na: 1\n"]) {
    expect(indentFlows(text)).toBe(text);
  }
});
