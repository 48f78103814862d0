import { expect, test } from "vitest";
import { linesIn } from "../../../src/dev-server/logs/sent-lines.ts";

const text = (stringValue: string): object => ({ stringValue });

function logs(records: readonly unknown[], attributes: readonly unknown[] = []): object {
  return { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords: records }] }] };
}

test("a line has its time, how bad it is, its text, and what says more", () => {
  const record = {
    timeUnixNano: 1_700_000_000_123_000_000n,
    severityNumber: 17,
    body: text("cannot listen"),
    attributes: [{ key: "port", value: { intValue: 4317n } }],
  };
  const resource = [
    { key: "service.instance.id", value: text("0194") },
    { key: "service.name", value: text("otelcol") },
  ];
  expect(linesIn(logs([record], resource))).toEqual({
    excess: 0,
    batches: [
      {
        instanceId: "0194",
        lines: [
          {
            at: 1_700_000_000_123,
            severity: "error",
            text: "cannot listen",
            fields: { port: "4317" },
            from: "otelcol",
          },
        ],
      },
    ],
  });
});

test.each<[object, string]>([
  [{ severityNumber: 1 }, "trace"],
  [{ severityNumber: 5 }, "debug"],
  [{ severityNumber: 12 }, "info"],
  [{ severityNumber: 13 }, "warn"],
  [{ severityNumber: 24 }, "fatal"],
  [{ severityNumber: 25 }, "unknown"],
  [{ severityNumber: -3 }, "unknown"],
  [{ severityNumber: "SEVERITY_NUMBER_WARN2" }, "warn"],
  [{ severityText: "Warning" }, "warn"],
  [{ severityText: "ERROR" }, "error"],
  [{ severityText: "<b>" }, "unknown"],
  [{}, "unknown"],
])("%j is %s", (record, word) => {
  const [batch] = linesIn(logs([record])).batches;
  expect(batch?.lines[0]?.severity).toBe(word);
});

test.each<[unknown, number | undefined]>([
  ["1700000000123000000", 1_700_000_000_123],
  [0, undefined],
  ["0", undefined],
  [2n ** 64n - 1n, 18_446_744_073_710],
  [Infinity, undefined],
  [-1, undefined],
  ["yesterday", undefined],
])("the time %s is %s", (timeUnixNano, at) => {
  const [batch] = linesIn(logs([{ timeUnixNano }])).batches;
  expect(batch?.lines[0]?.at).toBe(at);
});

test("the time at which it was seen stands for one that it does not have", () => {
  const [batch] = linesIn(logs([{ observedTimeUnixNano: "1700000000000000000" }])).batches;
  expect(batch?.lines[0]?.at).toBe(1_700_000_000_000);
});

test.each([
  undefined,
  [],
  { resourceLogs: 7 },
  { resourceLogs: [null, 7, { scopeLogs: "x" }, { scopeLogs: [null, { logRecords: {} }] }] },
])("%j holds no lines, and nothing breaks", (message) => {
  expect(linesIn(message).batches.flatMap(({ lines }) => lines)).toEqual([]);
});

test("names that mean something to JavaScript are names", () => {
  const attributes = [{ key: "__proto__", value: text("x") }];
  const [batch] = linesIn(logs([{ attributes }])).batches;
  expect(JSON.stringify(batch?.lines[0]?.fields)).toBe('{"__proto__":"x"}');
});

test("of one request no more than ten thousand lines are looked at", () => {
  const many = Array.from({ length: 10_500 }, () => ({ body: text("x") }));
  const { batches, excess } = linesIn(logs(many));
  expect([batches[0]?.lines.length, excess]).toEqual([10_000, 500]);
});

test("of one line no more than a part is kept", () => {
  const attributes = Array.from({ length: 100 }, (_, index) => ({
    key: `${"k".repeat(1_000)}${index}`,
    value: text("v".repeat(10_000)),
  }));
  const [batch] = linesIn(logs([{ body: text("x".repeat(1_000_000)), attributes }])).batches;
  expect(JSON.stringify(batch?.lines).length).toBeLessThan(25_000);
});
