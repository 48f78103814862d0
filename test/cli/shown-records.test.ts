import fc from "fast-check";
import { expect, test } from "vitest";
import { createRecordReader, recordText } from "../../src/cli/status/shown-records.ts";
import { paintFor } from "../../src/cli/screen-text.ts";

const plain = paintFor(false, new Map());
const shown = (who: "agent" | "supervisor", ...lines: readonly string[]): string => {
  const records = createRecordReader(who)(lines, Date.UTC(2026, 0, 3));
  return records.map((record) => recordText(record, plain)).join("");
};

test("records of the supervisor and of both forms of the collector's log look alike", () => {
  expect(
    shown(
      "supervisor",
      '{"level":"warn","time":"2026-01-02T03:04:05.678Z","reason":"no room","msg":"not connected"}',
    ),
  ).toBe('2026-01-02 03:04:05.678 WARN  supervisor not connected reason="no room"\n');
  const console = '2026-01-02T03:04:05.678Z\tinfo\tservice@v0.1.0/service.go:1\tReady\t{"port": 1}';
  expect(shown("agent", console)).toBe(
    "2026-01-02 03:04:05.678 INFO  agent      Ready caller=service@v0.1.0/service.go:1 port=1\n",
  );
  expect(shown("agent", '{"level":"error","ts":"2026-01-02T03:04:05.678Z","msg":"bad"}')).toBe(
    "2026-01-02 03:04:05.678 ERROR agent      bad\n",
  );
});

test("the agent's lines that went through the supervisor's log stay the agent's", () => {
  const line =
    '{"level":"info","time":"2026-01-02T03:04:05.678Z","from":"agent","logger":"collector","msg":"x"}';
  expect(shown("supervisor", line)).toBe("2026-01-02 03:04:05.678 INFO  agent      x\n");
});

test("lines that are no records stay with the one before them", () => {
  const read = createRecordReader("agent");
  const line = '{"level":"error","ts":"2026-01-02T03:04:05.678Z","msg":"bad"}';
  const at = Date.parse("2026-01-02T03:04:05.678Z");
  expect(read([line, "panic: goroutine 1 [running]:"], 0)).toMatchObject([
    { at, level: "error" },
    { at, level: "", timed: true },
  ]);
  expect(read(["main.main()"], 0)).toMatchObject([{ at }]);
});

test("lines before the first record of a log stand where it stands, without a time of their own", () => {
  const read = createRecordReader("agent");
  const line = '{"level":"error","ts":"2026-01-02T03:04:05.678Z","msg":"bad"}';
  const at = Date.parse("2026-01-02T03:04:05.678Z");
  expect(read(["main.main()", line], 0)).toMatchObject([{ at, timed: false }, { at }]);
  expect(recordText(createRecordReader("agent")(["x"], 5)[0]!, plain)).toMatch(/^ {23} /);
});

test("lines for people have the date on which they were written, back from the last one", () => {
  const lines = [
    "23:59:59.000 WARN  first",
    "23:59:59.900 INFO  second",
    "00:00:01.000 INFO  third",
    "    more of it",
    "23:58:00.000 DEBUG fourth from=agent logger=collector port=1",
  ];
  const records = createRecordReader("supervisor")(lines, Date.UTC(2026, 0, 3, 23, 58, 0));
  expect(records.map((record) => recordText(record, plain))).toEqual([
    "2026-01-02 23:59:59.000 WARN  supervisor first\n",
    "2026-01-02 23:59:59.900 INFO  supervisor second\n",
    "2026-01-03 00:00:01.000 INFO  supervisor third\n",
    "2026-01-03 00:00:01.000       supervisor     more of it\n",
    "2026-01-03 23:58:00.000 DEBUG agent      fourth port=1\n",
  ]);
});

test("the last line for people may be a moment later than its file seems to be", () => {
  const [record] = createRecordReader("supervisor")(
    ["12:00:00.004 INFO  x"],
    Date.UTC(2026, 0, 3, 12, 0, 0, 0),
  );
  expect(record?.at).toBe(Date.UTC(2026, 0, 3, 12, 0, 0, 4));
});

const anyJson = fc.jsonValue();
const anyRecord = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      "level",
      "time",
      "ts",
      "msg",
      "from",
      "logger",
      "caller",
      "toString",
      "__proto__",
    ),
    fc.string(),
  ),
  fc.oneof(anyJson, fc.constantFrom("info", "2026-01-02T03:04:05.678Z", 1.7e9, 1e300)),
);
const deep = fc.nat(20_000).map((depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`);
const anyLine = fc.oneof(
  fc.string({ unit: "binary" }),
  anyRecord.map((record) => JSON.stringify(record)),
  deep.map((text) => `{"level":"info","time":"2026-01-02T03:04:05.678Z","msg":"x","deep":${text}}`),
  fc.tuple(fc.nat(99), fc.string()).map(([hour, text]) => `${hour}:59:59.999 INFO  ${text}`),
  anyRecord.map((record) => `2026-01-02T03:04:05.678Z\tinfo\tsaid\t${JSON.stringify(record)}`),
);

test("whatever stands in a log, a terminal is told lines of text with times in it, and nothing else", () => {
  fc.assert(
    fc.property(
      fc.array(anyLine, { maxLength: 6 }),
      fc.constantFrom("agent", "supervisor"),
      fc.nat(),
      (lines, who, until) => {
        const records = createRecordReader(who)(lines, until * 1_000);
        expect(records).toHaveLength(lines.length);
        for (const record of records) {
          expect(record.at).not.toBeNaN();
          expect(recordText(record, plain)).toMatch(
            /^(?:\S{10,13} [\d:.]{8,12}|\s{23}) [^\u0000-\u0009\u001b]*\n$/,
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("secrets are not shown, a terminal is told nothing, and a huge line is cut", () => {
  expect(shown("agent", "token=abcdefgh1234 \u001b[2J\u0007 gone")).not.toMatch(
    /abcdefgh1234|\u001b|\u0007/,
  );
  const record =
    '{"level":"info","time":"2026-01-02T03:04:05.678Z","msg":"x","password":"hunter22"}';
  expect(shown("supervisor", record)).not.toContain("hunter22");
  expect(shown("agent", "y".repeat(1_000_000)).length).toBeLessThan(5_000);
});

test("JSON that is none, or has no time, is shown as it is", () => {
  for (const line of ['{"level":', "[1]", '{"msg":"x"}', "null", ""]) {
    expect(shown("supervisor", line)).toContain(line);
  }
});
