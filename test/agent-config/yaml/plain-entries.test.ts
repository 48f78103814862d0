import { isPair, isAlias, isMap, isSeq, isScalar, parseAllDocuments } from "yaml";
import { expect, test } from "vitest";
import { takePlainEntries, putBack } from "../../../src/agent-config/yaml/plain-entries.ts";
import { reading } from "../../../src/agent-config/yaml/read-layer.ts";

/** Everything of a node that anybody looks at, with its place in the whole text. */
function shape(node: unknown, placeOf: (offset: number) => number): unknown {
  if (isPair(node)) return [shape(node.key, placeOf), shape(node.value, placeOf)];
  if (isAlias(node)) return { alias: node.source, comment: node.comment };
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return node;
  const { tag, anchor, comment, commentBefore, spaceBefore, range } = node;
  const own = isScalar(node)
    ? { value: node.value, source: node.source, type: node.type }
    : { flow: node.flow, items: node.items.map((item) => shape(item, placeOf)) };
  const at = range === null || range === undefined ? undefined : placeOf(range[0]);
  return { at, tag, anchor, comment, commentBefore, spaceBefore, ...own };
}

function documentOf(text: string) {
  const documents = parseAllDocuments(text, reading);
  return "empty" in documents ? undefined : documents[0];
}

/** Compares with what the parser makes of the whole text; false when the text is for the parser alone. */
function readsAlike(text: string): boolean {
  const { rest, runs, placeOf } = takePlainEntries(text);
  const document = documentOf(rest);
  if (document === undefined || document.errors.length > 0) return false;
  if (runs.size === 0 || !putBack(document.contents, runs)) return false;
  const whole = documentOf(text);
  expect(whole?.errors, text).toEqual([]);
  expect(shape(document.contents, placeOf), text).toEqual(
    shape(whole?.contents, (offset) => offset),
  );
  expect([document.comment, document.commentBefore], text).toEqual([
    whole?.comment,
    whole?.commentBefore,
  ]);
  return true;
}

test("of a configuration without anything special the parser gets one line", () => {
  const text =
    "receivers:\n  nop:\nservice:\n  pipelines:\n    traces:\n      receivers: [nop, 'a b']\n      exporters:\n      - nop\n      - \"x\"\n  telemetry: {}\n";
  expect(takePlainEntries(text).rest).toBe("receivers: x\n");
  expect(readsAlike(text)).toBe(true);
});

test("what is not plain stays where it is, between what is", () => {
  const text =
    "a:\n  one: 1\n  # about two\n  two: {k: 2}\n  three:\n    four: 4\n    five: *x\nb: 2\n";
  expect(takePlainEntries(text).rest).toBe(
    "a:\n  one: x\n  # about two\n  two: {k: 2}\n  three:\n    four: x\n    five: *x\nb: x\n",
  );
});

test.each([
  ["a text in lines that looks like entries", "a: |\n  b: 1\n  c: 2\nd: 3\n"],
  ["a quoted text that goes on in the first column", 'a: "x\nb: 1\nc: 2"\n'],
  ["a flow map over several lines", "a: {\nb: 1\n}\n"],
  ["a value that goes on in the next line", "a: b\n  c\nd: e\n"],
  ["an entry below a value", "a: b\n  c: d\n"],
  [
    "a comment that stands to the right of what follows",
    "a:\n  b: 1\n    # c\nd:\n  - e\n  # f\ng:\n",
  ],
  ["a comment below nothing", "a:\n# b\nc:\n\nd:\n"],
  ["a list in the column of its key, and a comment in it", "a:\n  b:\n  - c\n  # d\n  e: f\n"],
  ["documents", "a: 1\n---\na: 2\n...\n"],
  ["carriage returns", "a: 1\r\nb:\r\n  c: 2\r\n"],
  ["tabs", "a:\n\tb: 1\nc:\t2\n"],
  ["anchors", "a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n"],
  ["no line break at the end", "a:\n  b: 1\n  c: [d]"],
  ["spaces at the end", "a:\n  b: 1\n   "],
])("%s: read as the parser reads it, or left to it", (_what, text) => {
  readsAlike(text);
});

/** Small numbers that look random and are the same in each run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

const lines = [
  ...["a:", "b:", "key/1.x:", "a: b", "a: 1", "null: ~", "a: null", "b: [c, d]", "b: []", "b: {}"],
  ...["a: 'q'", 'b: "q r"', "- a", "- 'b'", "-", "- a: b", "# c", "#", "", "a: # d", "a: b # c"],
  ...["c: |", "c: >-", "text", "a: b: c", "a: x:y z", "? a", "a: {b: c}", "a: [", "]", "a: *a"],
  ...[
    "a: &a",
    "<<: *a",
    "---",
    'a: "b',
    '"',
    "a:  b",
    "a: b ",
    "a: ~",
    "[a]: b",
    "a: -",
    "a: !t b",
  ],
];

function textFrom(random: Generator<number, never>): string {
  const next = (below: number): number => random.next().value % below;
  const plainOnly = next(3) > 0 ? 20 : lines.length;
  let indent = 0;
  const made = Array.from({ length: 2 + next(9) }, (_, index) => {
    const step = next(8);
    const line = lines[next(next(4) > 0 ? plainOnly : lines.length)] ?? "";
    if (step === 0) indent = Math.max(0, indent - 2);
    if (step === 1) indent = 0;
    const shown = step === 2 ? indent + 1 + next(3) : indent;
    if (/:( #.*)?$/.test(line) && next(5) > 0) indent += 2;
    // Keys that differ, because the same one twice ends the comparison.
    return " ".repeat(shown) + line.replace(/^([ab])(?=:)/, `$1${index}`);
  });
  return made.join("\n") + (next(6) === 0 ? "" : "\n");
}

test("texts of all sorts of lines are read as the parser reads them, or left to it", () => {
  const random = numbers(20_261_121);
  let alike = 0;
  for (let count = 0; count < 6_000; count += 1) if (readsAlike(textFrom(random))) alike += 1;
  expect(alike).toBeGreaterThan(1_000);
});
