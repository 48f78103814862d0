import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { readFirstDocument } from "../../../src/agent-config/yaml/first-document.ts";
import { reading } from "../../../src/agent-config/yaml/read-layer.ts";

const pieces = ["a", ": ", "b\n", "- ", "[", "]", "{", "}", ",", '"', "'", "\n", " ", "  ", "? "];
const oddPieces = ["---\n", "...\n", "%A\n", "# c\n", "&a ", "!t ", "|\n", "\\q", "\t", "<<: "];

test("what is read is the same as without us, and what is wrong is what is wrong first then", () => {
  const text = fc
    .array(fc.constantFrom(...pieces, ...oddPieces), { maxLength: 30 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(text, (any) => {
      const [theirs, ...others] = [...parseAllDocuments(any, reading)];
      const { document, error, more } = readFirstDocument(any, reading);
      const wrong = theirs?.errors.map(({ message, pos }) => ({ message, offset: pos[0] })) ?? [];
      expect(error).toEqual(wrong[0]);
      if (error !== undefined) return;
      if (others.length > 0) expect(more).toBe(true);
      expect(document?.toJSON()).toEqual(theirs?.toJSON());
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ["brackets that nothing opens", "x: ", "]"],
  ["texts behind a text", "x: ", '""'],
  ["tags", "x: ", "! "],
  ["anchors", "x: ", "&a "],
  ["aliases", "x: ", "*a "],
  ["pairs in a line", "x", ": "],
  ["escapes", 'x: "', "\\q"],
  ["lists behind a value", "x: ", "[]"],
])("of many %s that are wrong one is an error", (_what, before, repeated) => {
  const { document, error } = readFirstDocument(before + repeated.repeat(1_000), reading);
  expect(error).toBeDefined();
  expect(document?.errors.length ?? 0).toBeLessThanOrEqual(1);
});

test.each([
  ["documents", "---\na: 1\n"],
  ["broken documents", '---\n"a" b\n'],
])("%s behind the first are not looked at", (_what, others) => {
  const { document, error, more } = readFirstDocument("a: 1\n" + others.repeat(1_000), reading);
  expect([document?.toJSON(), error, more]).toEqual([{ a: "1" }, undefined, true]);
  expect(document?.errors).toEqual([]);
});

test("of many directives that nobody knows none is a warning", () => {
  const { document } = readFirstDocument("%A\n".repeat(1_000) + "---\na: 1\n", reading);
  expect([document?.toJSON(), document?.warnings]).toEqual([{ a: "1" }, []]);
});
