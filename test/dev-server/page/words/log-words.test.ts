import { expect, test } from "vitest";
import { fieldsBeside, found, joined } from "../../../../src/dev-server/page/words/log-words.ts";
import type { LogLine } from "../../../../src/dev-server/shapes/log-shapes.ts";

function line(seq: number, text: string, severity: LogLine["severity"] = "info"): LogLine {
  return { seq, at: 0, severity, text, fields: { port: "4317" }, from: "otelcol" };
}

test("newer lines stand behind those that are known, and no more than five hundred are shown", () => {
  expect(joined([line(1, "a")], [line(2, "b")]).map(({ text }) => text)).toEqual(["a", "b"]);
  const many = Array.from({ length: 600 }, (_, index) => line(index + 2, "x"));
  expect(joined([line(1, "a")], many)).toHaveLength(500);
  expect(joined([line(1, "a")], [])).toHaveLength(1);
});

test("lines of a server that was started anew stand alone", () => {
  expect(joined([line(7, "old")], [line(1, "new")]).map(({ text }) => text)).toEqual(["new"]);
});

test("all words have to be somewhere in a line, and it has to be bad enough", () => {
  const lines = [line(1, "Cannot listen", "error"), line(2, "everything is ready")];
  const seqs = (text: string, least: LogLine["severity"] = "trace"): readonly number[] =>
    found(lines, { text, least }).map(({ seq }) => seq);
  expect(seqs("")).toEqual([1, 2]);
  expect(seqs("listen cannot")).toEqual([1]);
  expect(seqs("4317 otelcol")).toEqual([1, 2]);
  expect(seqs("nowhere")).toEqual([]);
  expect(seqs("", "warn")).toEqual([1]);
});

test("who the collector is does not stand beside each of its lines", () => {
  expect(fieldsBeside({ resource: "{…}", port: "4317" })).toEqual([["port", "4317"]]);
});

test("lines stand in the order of their time, though they came in another", () => {
  const lines = [
    { ...line(1, "later"), at: 9 },
    { ...line(2, "earlier"), at: 5 },
  ];
  const shown = found(lines, { text: "", least: "trace" });
  expect(shown.map(({ text }) => text)).toEqual(["earlier", "later"]);
});
