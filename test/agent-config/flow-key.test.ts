import { test, expect } from "vitest";
import { itemsOfSignal, flowKey } from "../../src/agent-config/flow-key.ts";
import { parseMetrics } from "../../src/supervisor/core/data-flow/parse-metrics.ts";

test.each([
  ["traces", "spans"],
  ["metrics", "metric points"],
  ["logs", "log records"],
  ["profiles", "profile samples"],
  ["spans", "spans"],
  ["extensions", undefined],
  ["", undefined],
])("a pipeline of %j moves %j", (signal, items) => {
  expect(itemsOfSignal(signal)).toBe(items);
});

test("what a pipeline names and what a counter names is the same key", () => {
  const lines = [
    'otelcol_exporter_sent_spans_total{exporter="otlp/a"} 7',
    'otelcol_receiver_accepted_spans_total{receiver="otlp/a"} 7',
  ];
  expect([...parseMetrics(`${lines.join("\n")}\n`).flows.keys()]).toEqual([
    flowKey("exporter", "otlp/a", "spans"),
    flowKey("receiver", "otlp/a", "spans"),
  ]);
});
