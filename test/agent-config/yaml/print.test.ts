import * as fc from "fast-check";
import { Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { expect, test } from "vitest";
import { printDocument } from "../../../src/agent-config/yaml/print.ts";
import { emptyDocument, parseYamlLayer } from "../../../src/agent-config/yaml/read-layer.ts";

/** What the library prints of the same tree, and what we do. */
function bothOf(root: YAMLMap): readonly [string, string] {
  const document = emptyDocument();
  document.contents = root;
  const library = document.toString({ lineWidth: 0, directives: false });
  const ours = printDocument(document, root);
  // Nothing of the tree was left changed.
  expect(document.toString({ lineWidth: 0, directives: false })).toBe(library);
  return [library, ours];
}

const texts = fc.oneof(
  fc.constantFrom(
    ...["nop/1", "a.b", "10s", "0777", "1_000", "127.0.0.1:4317", "[::1]:80", "${env:X}", "a b"],
    ...["https://host/path?a=b&c=d#e", "a: b", "a #b", "# a", "- a", "-", "---", "...", ".", ""],
    ...["null", "~", "Null", "yes", "taken-out-0", "'", '"', "a'b", 'a"b', "{a}", "[a]", "a,b"],
    ...["a\nb", "a\n", " a", "a ", "ä", "a:", ":", "?", "? a", "%a", "!a", "&a", "*a", "@", "`"],
  ),
  fc.string({
    maxLength: 8,
    unit: fc.constantFrom(...Array.from("ab0:/. #-,[]{}'\"\\\n\t&*!|>%@$?~")),
  }),
);

const sometimes = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 30, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some });

const looks = fc.record({
  comment: sometimes(fc.constantFrom(" said", "")),
  commentBefore: sometimes(fc.constantFrom(" above", " two\n lines")),
  spaceBefore: sometimes(fc.boolean()),
  tag: sometimes(fc.constantFrom("!t", "!!str")),
});

const scalars = fc
  .record({
    value: fc.oneof({ weight: 6, arbitrary: texts }, fc.constant(null)),
    type: fc.constantFrom(
      ...[undefined, Scalar.PLAIN, Scalar.PLAIN, Scalar.PLAIN, Scalar.QUOTE_DOUBLE],
      ...[Scalar.QUOTE_SINGLE, Scalar.BLOCK_LITERAL, Scalar.BLOCK_FOLDED],
    ),
    source: fc.constantFrom("", "null", "~"),
    looks,
  })
  .map(({ value, type, source, looks: { tag, ...look } }) => {
    const scalar: Scalar = new Scalar(value);
    if (value === null) scalar.source = source;
    if (type !== undefined) scalar.type = type as Scalar.Type;
    // A tag of text does not stand before nothing.
    return decorated(scalar, value === null ? look : { ...look, tag });
  });

function decorated<T extends object>(node: T, look: object): T {
  const given = Object.entries(look).filter(([, value]) => value !== undefined);
  return Object.assign(node, Object.fromEntries(given));
}

const keys = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.stringMatching(/^[a-c][./\w-]{0,3}$/).map((text) => new Scalar(text)),
  },
  scalars.filter(({ value }) => value !== null),
);

const trees = fc.letrec<{ node: Scalar | YAMLMap | YAMLSeq; map: YAMLMap; list: YAMLSeq }>(
  (tie) => ({
    node: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalars, tie("map"), tie("list")),
    map: fc
      .tuple(fc.array(fc.tuple(keys, present(tie("node"))), { maxLength: 4 }), flowed(), looks)
      .map(([pairs, flow, look]) => {
        const map = new YAMLMap();
        map.items = pairs.map(([key, value]) => new Pair<unknown>(key, value));
        return decorated(map, { ...look, flow });
      }),
    list: fc
      .tuple(fc.array(tie("node"), { maxLength: 4 }), flowed(), looks)
      .map(([items, flow, look]) => {
        const list = new YAMLSeq();
        list.items = items;
        return decorated(list, { ...look, flow });
      }),
  }),
);

/** A key with a question mark and no colon has no value at all. */
function present<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 20, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });
}

function flowed(): fc.Arbitrary<boolean | undefined> {
  return fc.constantFrom(undefined, false, false, true);
}

test("trees of all sorts are printed as the library prints them", () => {
  fc.assert(
    fc.property(trees.map, (root) => {
      const [library, ours] = bothOf(root);
      expect(ours).toBe(library);
    }),
    { numRuns: 1_500 },
  );
});

test.each([
  ["plain", "a:\n  b: 1\n  c: [d, e]\nf: {}\ng: []\nh:\ni: ~\n"],
  ["comments", "# top\na: # one\n  b: 1 # two\n  # three\n  c:\n    d: e\nf:\n  g: h\n# end\n"],
  ["blank lines", "a:\n  b: 1\n\n  c:\n    d: e\n\n\nf:\n  g: h\n"],
  [
    "our own word",
    "a:\n  b: taken-out-0\n  c: &x taken-out-1\nd:\n  e: |\n    : taken-out-0\n    x: taken-out-0\n",
  ],
  ["lists of maps", "a:\n  - b: 1\n    c: [d]\n  - e:\n      f: g\n  - - h\n"],
  [
    "question marks",
    "a:\n  ? b\n  : c\n  ? d\n  : e\nf:\n  ? g\n  ? |\n    h\n  : i\nj: {k, ? l}\n",
  ],
  ["quoted", "a:\n  b: \"x y\"\n  c: 'it''s'\n  d: \"\\n\"\n"],
])("a text with %s is printed as the library prints it", (_what, text) => {
  const layer = parseYamlLayer("a.yaml", text);
  if ("problem" in layer) throw new Error(layer.problem);
  const [library, ours] = bothOf(layer.root);
  expect(ours).toBe(library);
});

test("a key with nothing behind it, not even an empty value, is printed as the library does", () => {
  const layer = parseYamlLayer("x", "x:\n  ? a\n  ? b\ny: 1\n");
  if ("problem" in layer) throw new Error(layer.problem);
  const [library, ours] = bothOf(layer.root);
  expect(ours).toBe(library);
});
