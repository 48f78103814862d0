import { test, expect } from "vitest";
import { checkConfig, type KnownComponents } from "../../../src/dev-server/check/check-config.ts";

const nobody: KnownComponents = { types: [], running: [] };
const good = `receivers:
  otlp:
exporters:
  debug:
    verbosity: detailed
service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [debug]
`;

function told(text: string, known: KnownComponents = nobody): readonly string[] {
  return toldOf({ "": text }, known);
}

function toldOf(
  files: Readonly<Record<string, string>>,
  known: KnownComponents = nobody,
): readonly string[] {
  return checkConfig(new Map(Object.entries(files)), known).map(
    ({ file, line, column, severity, text }) => `${file}:${line}:${column} ${severity}: ${text}`,
  );
}

test("a sound configuration has no problems", () => {
  expect(told(good)).toEqual([]);
});

test.each([
  ["a: [1", ":1:6 error: Flow sequence"],
  ["a: 1\nb:\n  - c\n d: 1", ":4:"],
  [`${good}receivers:\n`, ':11:1 error: key "receivers" is already set at line 1'],
  ["just text", ":1:1 error: expected a map of settings at the top, found a text"],
  [good.replace("[debug]", "[debug, otlp/2]"), ":10:26 error: exporter otlp/2 is named and not"],
  [good.replace("[otlp]", "\n        - otlp\n        - jaeger"), ":11:11 error: receiver jaeger"],
  [good.replace("  debug:", "  debug:\n  otlp/spare:"), ":5:3 warning: exporter otlp/spare is de"],
  [good.replace("[otlp]", "[]"), ":8:5 error: pipeline traces has no receivers"],
  [good.replace("    traces:", "    spans:"), ":8:5 warning: expected a pipeline of traces"],
  [good.replace("receivers:\n  otlp:", "receiver:\n  otlp:"), ":1:1 warning: expected one of"],
  ["receivers:\n  otlp:\n", ":1:1 error: there is no pipeline under service.pipelines"],
  ["", ":1:1 error: there is no pipeline"],
  [
    `connectors:\n  count:\n${good.replace("[debug]", "[debug, count]")}`,
    "count is only an exporter: no pipeline has it as receiver",
  ],
  [`extensions:\n  zpages:\n${good}  extensions: [pprof]\n`, "error: extension pprof is named"],
  [`extensions:\n  zpages:\n${good}  extensions: [pprof]\n`, ":2:3 warning: extension zpages is"],
  [`${good}---\na: 1\n`, "warning: only the first of several YAML documents is used"],
])("%j is told of with its place", (text, problem) => {
  expect(told(text).join("\n")).toContain(problem);
});

test("errors stand before warnings", () => {
  const both = good.replace("  debug:", "  debug:\n  spare:").replace("[otlp]", "[none]");
  expect(told(both).map((each) => each.split(" ")[1])).toEqual(["error:", "warning:", "warning:"]);
});

test("several texts are one configuration", () => {
  const [receivers = "", exporters = ""] = good.split("exporters:\n  debug");
  expect(toldOf({ "b.yaml": `exporters:\n  debug${exporters}`, "a.yaml": receivers })).toEqual([]);
  expect(toldOf({ "a.yaml": receivers, "b.yaml": "x: [" })[0]).toMatch(/^b\.yaml:1:/);
  const later = "service:\n  pipelines:\n    traces:\n      exporters: [other]\n";
  expect(toldOf({ "a.yaml": good, "b.yaml": later })[0]).toBe(
    "b.yaml:4:19 error: exporter other is named and not defined",
  );
});

test("what the agent lacks is told, and what it has of its own is no error", () => {
  const known = {
    types: [{ kind: "receivers", types: ["hostmetrics"] }],
    running: [{ name: "", text: "exporters:\n  debug:\n  local:\n" }],
  };
  expect(told(good.replace("[debug]", "[debug, local]"), known)).toEqual([
    ":2:3 error: the agent has no receiver of type otlp",
    ":10:26 warning: exporter local is named and not defined here; the agent's configuration has it now",
  ]);
});

test("what is written elsewhere is not judged", () => {
  expect(told(good.replace("[debug]", "${file:exporters.yaml}"))).toEqual([]);
  expect(told(good.replace("[debug]", "[debug, '${env:EXPORTER}']"))).toEqual([]);
});

test.each<[string, string]>([
  ["deep brackets", "[".repeat(100_000)],
  ["deep maps", Array.from({ length: 400 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")],
  [
    "a billion laughs",
    `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi"
      .split("")
      .map((key, at) => `${key}: &${key} [${`*${"abcdefgh".charAt(at)},`.repeat(9)}]`)
      .join("\n")}\n`,
  ],
  ["an alias of itself", "a: &a [*a]"],
])("%s are refused", (_, text) => {
  const problems = told(text);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain("error");
});

test("a text of two megabytes is not checked, which is no fault of it", () => {
  expect(told("a".repeat(2 * 1024 * 1024))).toEqual([
    expect.stringContaining("warning: not checked: it has 2097152 characters"),
  ]);
});

test("there is an end to problems", () => {
  const many = Array.from({ length: 1_000 }, (_, at) => `  otlp/${at}:`).join("\n");
  expect(told(`receivers:\n${many}\n`)).toHaveLength(200);
});
