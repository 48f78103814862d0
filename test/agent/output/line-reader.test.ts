import { test, expect } from "vitest";
import { createLineReader, maxLineBytes } from "../../../src/agent/output/line-reader.ts";

/** What becomes of the pieces: texts of whole lines, and beginnings with what is missing. */
function read(...pieces: readonly (string | Buffer)[]): readonly unknown[] {
  const seen: unknown[] = [];
  const reader = createLineReader({
    lines: (text) => seen.push(text),
    cutLine: (beginning, cutBytes) => seen.push([beginning.length, cutBytes]),
  });
  for (const piece of pieces) reader.take(Buffer.from(piece));
  reader.end();
  return seen;
}

test("whole lines are passed on together, half ones when they are whole", () => {
  expect(read("one\ntwo\nth", "re", "e\nfour\n", "\n", "five")).toEqual([
    "one\ntwo\n",
    "three\n",
    "four\n",
    "\n",
    "five\n",
  ]);
});

test("nothing gives nothing", () => {
  expect(read()).toEqual([]);
  expect(read("", "")).toEqual([]);
});

test("a character that arrives in two pieces stays whole", () => {
  const bytes = Buffer.from("ä😀\n");
  const pieces = [...bytes.keys()].map((at) => bytes.subarray(at, at + 1));
  expect(read(...pieces)).toEqual(["ä😀\n"]);
});

test("bytes that are no UTF-8 are shown as such", () => {
  expect(read(Buffer.from([0x61, 0xff, 0x00, 0x0a]))).toEqual(["a\ufffd\u0000\n"]);
});

test("a line of the largest size is whole, a longer one is cut and counted", () => {
  const largest = "x".repeat(maxLineBytes);
  expect(read("a", `${largest.slice(1)}\n`)).toEqual([`a${largest.slice(1)}\n`]);
  expect(read("a", largest, "yyy\nafter\n")).toEqual([[maxLineBytes, 4], "after\n"]);
  expect(read(largest, "y")).toEqual([[maxLineBytes, 1]]);
});
