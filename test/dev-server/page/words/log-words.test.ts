import { expect, test } from "vitest";
import {
  fieldsBeside,
  found,
  joined,
  noLinesText,
} from "../../../../src/dev-server/page/words/log-words.ts";
import type { AgentLogs, LogLine } from "../../../../src/dev-server/shapes/log-shapes.ts";

function line(seq: number, text: string, severity: LogLine["severity"] = "info"): LogLine {
  return { seq, at: 0, severity, text, fields: { port: "4317" }, from: "otelcol" };
}

const silent: AgentLogs = {
  lines: [],
  dropped: 0,
  destination: "unsaid",
  offerState: "waiting",
  errorMessage: "",
  why: undefined,
  unknownLines: 0,
};

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

test.each<[Partial<AgentLogs>, string]>([
  [{}, "No log lines are sent here."],
  [{ why: "It cannot." }, "It cannot."],
  [{ destination: "elsewhere" }, "to another place"],
  [{ destination: "nowhere" }, "No log lines are sent here."],
  [{ destination: "here" }, "has not answered yet"],
  [{ destination: "here", offerState: "applied" }, "none has come yet"],
  [{ destination: "here", offerState: "failed", errorMessage: "no TLS" }, "refused: no TLS"],
])("%o is said plainly", (logs, text) => {
  expect(noLinesText({ ...silent, ...logs })).toContain(text);
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
