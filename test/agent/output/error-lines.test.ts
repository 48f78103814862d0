import { test, expect } from "vitest";
import { errorLines } from "../../../src/agent/output/error-lines.ts";

const console_ = (level: string, message: string, fields = "{}"): string =>
  `2026-01-02T03:04:05.678Z\t${level}\tgraph/graph.go:439\t${message}\t${fields}`;

const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
const taken = "listen tcp 127.0.0.1:13999: bind: address already in use";
const cannotStart = `Error: cannot start pipelines: failed to start "otlp" receiver: ${taken}`;

test("the collector's final error is told instead of the records before it", () => {
  const output = [
    console_("info", "Starting otelcol..."),
    console_("error", "Failed to start component", `{"error": "${taken}"}`),
    console_("info", "Shutdown complete."),
    cannotStart,
    "",
  ];
  expect(errorLines(output.join("\n"))).toEqual([cannotStart]);
});

test("a final error of several lines is told whole, without its blank lines", () => {
  const first =
    "Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):";
  const unknown = `'receivers' unknown type: "foo" for id: "foo" (valid values: [otlp nop])`;
  const invalid = "'exporters' the following keys are invalid: bar";
  const output = `${first}\n\n${unknown}\n${invalid}\n`;
  expect(errorLines(output)).toEqual([first, unknown, invalid]);
});

test.each([
  ["panic: ", "panic: runtime error: invalid memory address or nil pointer dereference"],
  ["fatal error: ", "fatal error: all goroutines are asleep - deadlock!"],
])("a %sis told with the first lines of its trace", (_name, first) => {
  const trace = Array.from({ length: 60 }, (_, index) => `\tgithub.com/x/y.f${index}(0x0)`);
  const output = [console_("info", "working"), first, "", "goroutine 1 [running]:", ...trace];
  const lines = errorLines(output.join("\n"));
  expect(lines.slice(0, 3)).toEqual([first, "goroutine 1 [running]:", trace[0]]);
  expect(lines).toHaveLength(12);
});

test("of several final errors the last one counts", () => {
  expect(errorLines("Error: earlier\nmore\nError: later\n")).toEqual(["Error: later"]);
});

test("an error in the middle of a line is no final error", () => {
  const output = [console_("error", "exporting failed"), "see Error: above"].join("\n");
  expect(errorLines(output)).toEqual(["exporting failed"]);
});

test.each(["error", "fatal", "panic", "dpanic"])(
  "without a final error the console records of level %s are told",
  (level) => {
    const bad = console_(level, "exporting failed", '{"error": "connection refused"}');
    const output = [console_("info", "one"), bad, console_("warn", "error in a word")];
    expect(errorLines(output.join("\n"))).toEqual(["exporting failed: connection refused"]);
  },
);

test("of a console record the words are told, whatever else its line holds", () => {
  const start = "2026-01-02T03:04:05.678Z\terror\t";
  const output = [
    `${start}plain message`,
    `${start}otlp\tinternal/exporter.go:80\twith a logger and a\ttab\t{"resource": {"service.instance.id": "u"}}`,
    `${start}a/b.go:1\tbroken fields\t{"error": `,
  ];
  expect(errorLines(output.join("\n"))).toEqual([
    "plain message",
    "with a logger and a\ttab",
    'broken fields\t{"error": ',
  ]);
});

test("ordinary records are no reason, lines that are no records are", () => {
  const ordinary = [
    console_("info", "Everything is ready. Begin running and processing data."),
    console_("warn", "retrying"),
    '{"level":"info","msg":"Shutdown complete."}',
    '{"level":"debug","msg":"x"}',
  ];
  expect(errorLines(ordinary.join("\n"))).toEqual([]);
  const words = "SIGQUIT: quit";
  expect(errorLines([...ordinary, words, "{not a record"].join("\n"))).toEqual([
    words,
    "{not a record",
  ]);
});

test.each(["error", "fatal", "panic", "dpanic"])(
  "of a JSON record of level %s the words are told, not its fields",
  (level) => {
    const output = [
      '{"level":"info","msg":"Starting otelcol..."}',
      `{"level":"${level}","ts":"2026-01-02T03:04:05.678Z","caller":"graph/graph.go:439","msg":"Failed to start component","resource":{"service.name":"otelcol"},"error":"${taken}","id":"otlp"}`,
      `{"level":"${level}","msg":"no error field"}`,
      "{not a record",
    ];
    expect(errorLines(output.join("\n"))).toEqual([
      `Failed to start component: ${taken}`,
      "no error field",
    ]);
  },
);

test("of many error records the last five are told", () => {
  const records = Array.from({ length: 8 }, (_, index) => console_("error", `failure ${index}`));
  const kept = Array.from({ length: 5 }, (_, index) => `failure ${index + 3}`);
  expect(errorLines(records.join("\n"))).toEqual(kept);
});

test("where no error is named the last five lines are told", () => {
  const lines = ["a", "b", "c", "d", "e", "f"];
  expect(errorLines(`${lines.join("\r\n")}\r\n\r\n`)).toEqual(lines.slice(1));
});

test("output without a word gives no lines", () => {
  expect(errorLines("\n \n")).toEqual([]);
});

test("long lines are cut, and the beginning of an error is what stays", () => {
  const lines = errorLines(["Error: first", ...letters].map((x) => x.padEnd(2000, ".")).join("\n"));
  expect(lines[0]).toMatch(/^Error: first\.+$/);
  expect(lines.join("\n").length).toBeLessThanOrEqual(4096);
  expect(lines.length).toBeGreaterThanOrEqual(3);
});

test("where the last lines are long the very last one stays", () => {
  const lines = errorLines(letters.map((letter) => letter.padEnd(2000, ".")).join("\n"));
  expect(lines.at(-1)).toMatch(/^h/);
  expect(lines.join("\n").length).toBeLessThanOrEqual(4096);
});

test("the last words of the AWS distribution are its final error, not its greeting", () => {
  const words = "application run finished with error: invalid configuration: no such receiver";
  expect(errorLines(`attn: users please note\n${words}\nand more\n`)).toEqual([words, "and more"]);
});
