import fc from "fast-check";
import { test, expect } from "vitest";
import { suggestionsAt } from "../../../../src/dev-server/page/words/yaml-place.ts";

const components = [
  { kind: "receivers", types: ["hostmetrics", "otlp"] },
  { kind: "exporters", types: ["debug"] },
];

const defined = `receivers:
  otlp:
    protocols:
      grpc:
  hostmetrics/2:
connectors:
  count:
exporters:
  debug:
`;

/** What is suggested at the bar. */
function at(text: string): readonly string[] {
  const offset = text.indexOf("|");
  const found = suggestionsAt(text.replace("|", ""), offset, components);
  return (found?.words ?? []).map(({ word }) => word);
}

test.each([
  ["|", ["receivers:", "processors:", "exporters:", "connectors:", "extensions:", "service:"]],
  ["receivers:\n  h|", ["hostmetrics:", "otlp:"]],
  ["receivers:\n  otlp:\n    protocols:\n  |", ["hostmetrics:", "otlp:"]],
  ["receivers:\n  otlp:\n    pro|", []],
  ["exporters:\n\n  # one\n  |", ["debug:"]],
  ["service:\n  |", ["extensions:", "pipelines:", "telemetry:"]],
  ["service:\n  pipelines:\n    |", ["metrics:", "logs:", "traces:"]],
  ["service:\n  pipelines:\n    metrics/2:\n      |", ["receivers:", "processors:", "exporters:"]],
  ["nothing: known\nof:\n  this|", []],
])("at %j it is %j", (text, words) => {
  expect(at(text)).toEqual(words);
});

test.each([
  `${defined}service:\n  pipelines:\n    metrics:\n      receivers: [|`,
  `${defined}service:\n  pipelines:\n    metrics:\n      receivers: [otlp, ho|`,
  `${defined}service:\n  pipelines:\n    metrics: {receivers: [|`,
  `${defined}service:\n  pipelines:\n    metrics:\n      receivers:\n      - |`,
  `${defined}service:\n  pipelines:\n    metrics:\n      receivers:\n        - ot|`,
])("a pipeline's list has what is defined in the same text: %#", (text) => {
  expect(at(text)).toEqual(["otlp", "hostmetrics/2", "count"]);
});

test("no text is too strange", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(200), (text, offset) => {
      const found = suggestionsAt(text, Math.min(offset, text.length), components);
      expect(found === undefined || found.from <= text.length).toBe(true);
    }),
  );
});

test("a long text is answered at once", () => {
  const long = `${"receivers:\n  otlp: [a, b, c]\n".repeat(5_000)}service:\n  |`;
  expect(at(long)).toContain("pipelines:");
});
