import { expect, test } from "vitest";
import { createRecordReader, recordText } from "../../src/cli/status/shown-records.ts";
import { paintFor } from "../../src/cli/screen-text.ts";

const plain = paintFor(false, new Map());
const shown = (who: "agent" | "supervisor", ...lines: readonly string[]): string => {
  const read = createRecordReader(who);
  return lines.map((line) => recordText(read(line), plain)).join("");
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
  const { at } = read('{"level":"error","ts":"2026-01-02T03:04:05.678Z","msg":"bad"}');
  expect(read("panic: goroutine 1 [running]:")).toMatchObject({ at, level: "" });
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
