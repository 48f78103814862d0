import { test, expect } from "vitest";
import type { OutputSink } from "../../../src/agent/output/line-reader.ts";
import { createAgentLines } from "../../../src/supervisor/log/agent-lines.ts";
import { redacted } from "../../../src/redact.ts";
import type { LogSettings } from "../../../src/supervisor/settings/settings.ts";

interface Rig {
  readonly sink: OutputSink;
  readonly text: () => string;
  readonly records: () => readonly Readonly<Record<string, unknown>>[];
  readonly dropped: () => number;
}

function rig(level: LogSettings["level"] = "info", full = false): Rig {
  let text = "";
  let dropped = 0;
  const sink = createAgentLines(level, {
    write: (lines) => (text += lines),
    full: () => full,
    drop: (lines) => (dropped += lines),
  });
  const lines = (): readonly string[] => text.split("\n").slice(0, -1);
  return {
    sink,
    text: () => text,
    records: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>),
    dropped: () => dropped,
  };
}

const record = (level: string, message: string, fields = "{}"): string =>
  `2026-11-21T09:00:00.000Z\t${level}\ta/b.go:1\t${message}\t${fields}\n`;

test("records and other lines keep their order, empty ones are left out", () => {
  const { sink, records } = rig();
  sink.lines(`${record("error", "one")}\npanic: two\r\n\tthree\n${record("info", "four")}`);
  expect(records().map(({ level, msg }) => [level, msg])).toEqual([
    ["error", "one"],
    ["info", "panic: two"],
    ["info", "\tthree"],
    ["info", "four"],
  ]);
});

test("what weighs too little is left out", () => {
  const { sink, records } = rig("warn");
  sink.lines(`${record("debug", "a")}${record("info", "b")}words\n${record("warn", "c")}`);
  expect(records().map(({ msg }) => msg)).toEqual(["c"]);
});

test.each([
  ["a field", record("info", "words", '{"password": "abcdef123456", "keep": 1}')],
  ["a message", record("info", "Authorization: Bearer abcdef123456")],
  ["a URL", "connecting to http://user:abcdef123456@host/path\n"],
  ["JSON", '{"level":"info","ts":1,"msg":"words","headers":{"Authorization":"abcdef123456"}}\n'],
])("a secret in %s is not told, the lines around it are", (_name, line) => {
  const { sink, text, records } = rig();
  sink.lines(`before\n${line}after\n`);
  expect(text()).not.toContain("abcdef");
  expect(text()).toContain(redacted);
  expect(records()).toHaveLength(3);
  expect(records()[1]).toMatchObject({ from: "agent" });
});

test("no line of a private key is told, wherever it is torn apart", () => {
  const { sink, text, records } = rig();
  sink.lines("before\n-----BEGIN PRIVATE KEY-----\nabcdef1\n");
  sink.lines("abcdef2\n-----END PRIVATE KEY-----\nafter\n");
  expect(text()).not.toContain("abcdef");
  expect(records().map(({ msg }) => msg)).toEqual(["before", redacted, "after"]);
});

test("a key without an end does not hide the agent's records, nor its words for ever", () => {
  const { sink, records } = rig();
  sink.lines(`-----BEGIN PRIVATE KEY-----\nabcdef\n${record("info", "a record")}words\n`);
  expect(records().map(({ msg }) => msg)).toEqual([redacted, "a record", "words"]);
  sink.lines(`-----BEGIN PRIVATE KEY-----\n${"x\n".repeat(300)}last\n`);
  expect(records().at(-1)).toMatchObject({ msg: "last" });
});

test("a line that was cut says how much of it is missing", () => {
  const { sink, records } = rig("error");
  sink.cutLine(record("error", "long").trimEnd(), 7);
  sink.cutLine('{"level":"error","ts":1,"msg":"lo', 8);
  sink.cutLine("plain", 9);
  expect(records()).toMatchObject([
    { level: "error", msg: "long", cutBytes: 7 },
    { level: "error", msg: '{"level":"error","ts":1,"msg":"lo', cutBytes: 8 },
  ]);
});

test("while there is no room, lines are counted and not made", () => {
  const { sink, text, dropped } = rig("info", true);
  sink.lines("one\ntwo\n");
  sink.cutLine("three", 1);
  expect([text(), dropped()]).toEqual(["", 3]);
});

test("JSON of any depth does no harm", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const { sink, records } = rig();
  sink.lines(record("info", "fields", `{"deep": ${deep}}`));
  sink.lines(record("info", "our names", `{"level": ${deep}}`));
  sink.lines(record("info", "a secret", `{"token": "abcdef123456", "deep": ${deep}}`));
  sink.lines("last\n");
  expect(records().at(-1)).toMatchObject({ msg: "last" });
});
