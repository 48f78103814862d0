import fc from "fast-check";
import { test, expect } from "vitest";
import { diffLines, hunksOf } from "../../../../src/dev-server/page/words/line-diff.ts";

test("a changed line is one that went and one that came, with its numbers", () => {
  expect(diffLines("a\nb\nc\n", "a\nB\nc\n")).toEqual([
    { kind: "same", text: "a", before: 1, after: 1 },
    { kind: "removed", text: "b", before: 2, after: undefined },
    { kind: "added", text: "B", before: undefined, after: 2 },
    { kind: "same", text: "c", before: 3, after: 3 },
  ]);
});

const texts = fc.array(fc.constantFrom("a", "b", "c", "")).map((lines) => lines.join("\n"));

test("what is left without the lines that came is the old text, and without those that went the new one", () => {
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const lines = diffLines(before, after);
      const without = (kind: string): string =>
        lines
          .filter((line) => line.kind !== kind)
          .map(({ text }) => text)
          .join("\n");
      expect(without("added")).toBe(before.replace(/\n$/, ""));
      expect(without("removed")).toBe(after.replace(/\n$/, ""));
      const numbers = lines.flatMap(({ after: number }) => number ?? []);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    }),
  );
});

test("the same text has no hunk, and lines far from a change are left out and counted", () => {
  const many = Array.from({ length: 40 }, (_, index) => `line ${index}`);
  expect(hunksOf(diffLines(many.join("\n"), many.join("\n")))).toEqual([]);
  const changed = many.with(20, "other").join("\n");
  const [hunk, ...more] = hunksOf(diffLines(many.join("\n"), changed));
  expect(more).toEqual([]);
  expect(hunk?.hidden).toBe(17);
  expect(hunk?.lines).toHaveLength(8);
});

test("texts that are far too long to compare are shown whole", () => {
  const text = (word: string): string =>
    Array.from({ length: 3_000 }, (_, index) => `${word} ${index}`).join("\n");
  const lines = diffLines(text("old"), text("new"));
  expect(lines.filter(({ kind }) => kind === "removed")).toHaveLength(3_000);
  expect(lines.filter(({ kind }) => kind === "added")).toHaveLength(3_000);
});
