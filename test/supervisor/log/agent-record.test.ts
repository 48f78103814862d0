import { test, expect } from "vitest";
import { agentRecord, weightOf, plainRecord } from "../../../src/supervisor/log/agent-record.ts";

const now = "2026-01-02T03:04:05.678Z";

function read(line: string): unknown {
  const record = agentRecord(line);
  return record === undefined ? undefined : JSON.parse(record.text(now));
}

const head = {
  level: "info",
  time: "2026-11-21T09:00:00.000Z",
  from: "agent",
  logger: "collector",
};
const start = "2026-11-21T09:00:00.000Z\tinfo";

test.each<[string, string, unknown]>([
  [
    "time, level, caller, message and fields",
    `${start}\tservice@v0.149.0/service.go:220\tStarting otelcol...\t{"Version": "0.149.0", "NumCPU": 2}`,
    {
      ...head,
      caller: "service@v0.149.0/service.go:220",
      msg: "Starting otelcol...",
      Version: "0.149.0",
      NumCPU: 2,
    },
  ],
  ["no fields", `${start}\ta/b.go:1\twords`, { ...head, caller: "a/b.go:1", msg: "words" }],
  ["empty fields", `${start}\ta/b.go:1\twords\t{}`, { ...head, caller: "a/b.go:1", msg: "words" }],
  ["no caller", `${start}\twords\t{"a": 1}`, { ...head, msg: "words", a: 1 }],
  [
    "the name of a logger",
    `${start}\tgrpc\ta/b.go:1\twords\t{"a": 1}`,
    { ...head, "agent.logger": "grpc", caller: "a/b.go:1", msg: "words", a: 1 },
  ],
  [
    "a message with tabs and quotes",
    `${start}\ta/b.go:1\tone\ttwo "three"\t{"a": 1}`,
    { ...head, caller: "a/b.go:1", msg: 'one\ttwo "three"', a: 1 },
  ],
  [
    "a message that only looks like fields",
    `${start}\ta/b.go:1\twords\t{"a": 1`,
    { ...head, caller: "a/b.go:1", msg: 'words\t{"a": 1' },
  ],
  ["only a message in braces", `${start}\t{"a": 1}`, { ...head, msg: '{"a": 1}' }],
  [
    "fields that would pass for ours",
    `${start}\ta/b.go:1\twords\t{"level": "fatal", "msg": "x", "a": 1}`,
    { ...head, caller: "a/b.go:1", msg: "words", "agent.level": "fatal", "agent.msg": "x", a: 1 },
  ],
  [
    "a time with another offset",
    "2026-11-21T10:00:00.000+0100\tinfo\ta/b.go:1\twords",
    { ...head, caller: "a/b.go:1", msg: "words" },
  ],
])("a console record is read: %s", (_name, line, expected) => {
  expect(read(line)).toEqual(expected);
});

test.each([
  '{"a": {"b": 1, "c": "d"}, "e": -1.5, "f": null, "g": [1, {"h": true}], "i": 1e3}',
  '{"a": "with \\"quotes\\" and \\u00e4"}',
  '{"a": {"b": {"c": {}}}}',
  '{ "a" : 1 }',
  '{"nested": {"level": "fatal"}}',
])("fields %s are told as they are", (fields) => {
  const told = { ...head, caller: "a/b.go:1", msg: "words" };
  expect(read(`${start}\ta/b.go:1\twords\t${fields}`)).toEqual({
    ...told,
    ...(JSON.parse(fields) as Record<string, unknown>),
  });
});

test.each([
  '{"a": 01}',
  '{"a": 1,}',
  '{"a" 1}',
  '{"a": "\u0001"}',
  '{"a": 1}, "level": "x"}',
  "{a: 1}",
])("%j is no JSON and stays in the message", (fields) => {
  const msg = `words\t${fields}`;
  expect(read(`${start}\ta/b.go:1\t${msg}`)).toEqual({ ...head, caller: "a/b.go:1", msg });
});

test.each<[string, string, unknown]>([
  [
    "as the collector writes it",
    '{"level":"info","ts":"2026-11-21T09:00:00.000Z","caller":"a/b.go:1","msg":"say \\"x\\"","n":12345678901234567890}',
    { ...head, caller: "a/b.go:1", msg: 'say "x"', n: 12345678901234567890 },
  ],
  [
    "with seconds since the epoch",
    '{"level":"info","ts":1795251600,"msg":"words"}',
    { ...head, msg: "words" },
  ],
  [
    "in another order, with fields of our names",
    '{"msg":"words","time":"late","from":"elsewhere","ts":1795251600,"level":"INFO"}',
    { ...head, msg: "words", "agent.time": "late", "agent.from": "elsewhere" },
  ],
])("a JSON record is read: %s", (_name, line, expected) => {
  expect(read(line)).toEqual(expected);
});

test("a number with more digits than JavaScript has is passed on as it is", () => {
  const line =
    '{"level":"info","ts":"2026-11-21T09:00:00.000Z","msg":"words","n":12345678901234567890}';
  expect(agentRecord(line)?.text(now)).toContain('"n":12345678901234567890');
});

test.each([
  ["debug", "debug", 0],
  ["warn", "warn", 2],
  ["error", "error", 3],
  ["dpanic", "error", 3],
  ["panic", "fatal", 4],
  ["fatal", "fatal", 4],
])("the collector's %s is our %s", (written, word, weight) => {
  const line = `2026-11-21T09:00:00.000Z\t${written}\ta/b.go:1\twords`;
  expect(read(line)).toMatchObject({ level: word });
  expect(agentRecord(line)?.weight).toBe(weight);
  expect(weightOf(word)).toBe(weight);
});

test.each([
  "panic: runtime error: index out of range",
  "\t/src/main.go:12 +0x1d",
  '{"level":"info"',
  '{"level":"loud","ts":1,"msg":"words"}',
  '{"level":"info","ts":1e300,"msg":"words"}',
  "2026-11-21T09:00:00.000Z\tnoise\ta/b.go:1\twords",
  "9999-99-99T99:99:99.000+0000\tinfo\ta/b.go:1\twords",
  `${"x".repeat(24)}\tinfo\twords`,
])("%j is no record", (line) => {
  expect(agentRecord(line)).toBeUndefined();
});

test("a JSON record keeps the name of its own logger beside ours", () => {
  const line =
    '{"level":"info","ts":"2026-11-21T09:00:00.000Z","logger":"grpc","msg":"words","a":1}';
  expect(read(line)).toEqual({ ...head, "agent.logger": "grpc", msg: "words", a: 1 });
});

test("any other line is text of level info with the time at which it came", () => {
  const { text, weight } = plainRecord('a "b"\t\\c', "info");
  expect(JSON.parse(text(now))).toEqual({
    level: "info",
    time: now,
    from: "agent",
    logger: "collector",
    msg: 'a "b"\t\\c',
  });
  expect(weight).toBe(1);
});
