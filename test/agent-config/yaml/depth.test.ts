import fc from "fast-check";
import { test, expect } from "vitest";
import { maxDepth, opensTooDeep } from "../../../src/agent-config/yaml/depth.ts";
import { parseYamlLayer } from "../../../src/agent-config/yaml/read-layer.ts";

const nestings: Readonly<Record<string, (depth: number) => string>> = {
  "flow maps": (depth) => `a: ${"{a: ".repeat(depth)}1${"}".repeat(depth)}`,
  "flow lists": (depth) => `a: ${"[".repeat(depth)}${"]".repeat(depth)}`,
  "flow lists with blanks": (depth) => `a: ${"[ \n ".repeat(depth)}${"]".repeat(depth)}`,
  "unclosed flow lists": (depth) => `a: ${"[".repeat(depth)}`,
  "unclosed flow maps": (depth) => `a: ${"{a: ".repeat(depth)}`,
  "block maps": (depth) =>
    Array.from({ length: depth }, (_, at) => `${" ".repeat(at)}a:\n`).join(""),
  dashes: (depth) => `a:\n  ${"- ".repeat(depth)}1`,
  "explicit keys": (depth) => `${"? ".repeat(depth)}1`,
  "lists in maps": (depth) => `a: ${"[{a: ".repeat(depth)}`,
  tags: (depth) => `a: ${"!x [".repeat(depth)}`,
  anchors: (depth) =>
    Array.from({ length: depth }, (_, at) => `a${at}: &b${at} {a: *b${at - 1}}`)
      .join("\n")
      .replace("*b-1", "1"),
};

test.each(Object.keys(nestings))("however deep %s are nested, it is a sentence", (kind) => {
  for (const depth of [101, 700, 3_000, 20_000]) {
    const text = nestings[kind]?.(depth) ?? "";
    const layer = parseYamlLayer("offer", text);
    expect(layer, `${depth}`).toHaveProperty("problem");
  }
});

test("what people nest is read", () => {
  for (const kind of ["flow maps", "flow lists", "block maps", "dashes"]) {
    const layer = parseYamlLayer("file", nestings[kind]?.(maxDepth - 10) ?? "");
    expect(layer, kind).toHaveProperty("root");
  }
});

test("many dashes and brackets that nest nothing are no nesting", () => {
  expect(opensTooDeep(`a: "${"[".repeat(50)}"`)).toBe(false);
  expect(opensTooDeep(`# ${"-".repeat(500)}\na: 1\n${"-".repeat(3)}\n`)).toBe(false);
  expect(opensTooDeep("a:\n" + "- 1\n".repeat(5_000))).toBe(false);
});

test("no text makes the reader throw", () => {
  const piece = fc.constantFrom(
    ..."[]{}:,-?&*!|>'\"%@`#~ \n\t".split(""),
    ..."a b 0 << *a &a !t - ? ${x} ---".split(" "),
    "\n  ",
    ": ",
    "- ",
    "\u0000",
    "\ufeff",
  );
  const text = fc.array(fc.tuple(piece, fc.integer({ min: 1, max: 400 })), { maxLength: 30 });
  fc.assert(
    fc.property(text, (pieces) => {
      parseYamlLayer("offer", pieces.map(([word, times]) => word.repeat(times)).join(""));
    }),
    { numRuns: 300 },
  );
});

test("the openings in a row are counted before anything is parsed, up to the depth that is permitted", () => {
  for (const opening of ["[", "{", "- ", "? "]) {
    expect(opensTooDeep(`a: ${opening.repeat(maxDepth)}1`), opening).toBe(false);
    expect(opensTooDeep(`a: ${opening.repeat(maxDepth + 1)}1`), opening).toBe(true);
  }
});
