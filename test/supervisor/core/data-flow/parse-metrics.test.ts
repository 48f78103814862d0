import { test, expect } from "vitest";
import { itemsOfSignal } from "../../../../src/agent-config/flow-key.ts";
import { parseMetrics } from "../../../../src/supervisor/core/data-flow/parse-metrics.ts";

const none = { passed: 0, failed: 0, queued: undefined, capacity: undefined };

function flowsOf(text: string): Record<string, unknown> {
  return Object.fromEntries(parseMetrics(text).flows);
}

test("what the collector 0.149 writes is read", () => {
  const scope =
    'otel_scope_name="go.opentelemetry.io/collector/exporter/exporterhelper",otel_scope_schema_url="",otel_scope_version=""';
  const own = 'service_instance_id="73d542a1",service_name="otelcol",service_version="0.149.0"';
  const text = `# HELP otelcol_exporter_queue_size Current size of the retry queue (in batches) [Alpha]
# TYPE otelcol_exporter_queue_size gauge
otelcol_exporter_queue_capacity{data_type="traces",exporter="otlp_http",${scope},${own}} 1000
otelcol_exporter_queue_size{data_type="traces",exporter="otlp_http",${scope},${own}} 3
otelcol_exporter_queue_batch_send_size_sum{exporter="otlp_http"} 57
otelcol_exporter_sent_spans_total{exporter="otlp_http",${scope},${own}} 56
otelcol_exporter_send_failed_spans_total{error_permanent="false",error_type="_OTHER",exporter="otlp_http"} 2
otelcol_exporter_send_failed_spans_total{error_permanent="true",error_type="Internal",exporter="otlp_http"} 1
otelcol_exporter_enqueue_failed_spans_total{exporter="otlp_http"} 4
otelcol_process_uptime_seconds_total{${scope},${own}} 2.992477537
otelcol_process_memory_rss_bytes{${own}} 3.3841152e+07
otelcol_processor_batch_batch_send_size_bucket{processor="batch",le="+Inf"} 28
otelcol_processor_refused_spans_total{processor="memory_limiter"} 57
otelcol_receiver_accepted_spans_total{receiver="otlp",${own},transport="http"} 50
otelcol_receiver_accepted_spans_total{receiver="otlp",${own},transport="grpc"} 7
otelcol_receiver_failed_spans_total{receiver="otlp",${own},transport="http"} 1
otelcol_receiver_refused_spans_total{receiver="otlp",${own},transport="http"} 2
otelcol_receiver_accepted_metric_points_total{receiver="otlp"} 1.2e+06
otelcol_receiver_accepted_log_records_total{receiver="file_log/a"} 8
promhttp_metric_handler_errors_total{cause="encoding"} 0
target_info{${own}} 1
`;
  const { upSeconds, flows } = parseMetrics(text);
  expect(upSeconds).toBe(2.992477537);
  expect([...flows.values()]).toEqual([
    {
      kind: "exporter",
      id: "otlp_http",
      items: "spans",
      passed: 56,
      failed: 7,
      queued: 3,
      capacity: 1000,
    },
    { kind: "receiver", id: "otlp", items: "spans", ...none, passed: 57, failed: 3 },
    { kind: "receiver", id: "otlp", items: "metric points", ...none, passed: 1_200_000 },
    { kind: "receiver", id: "file_log/a", items: "log records", ...none, passed: 8 },
  ]);
});

test.each([
  "otelcol_receiver_accepted_spans",
  "otelcol_receiver_accepted_spans_total",
  "otelcol_receiver_accepted_spans__spans__total",
  "otelcol_receiver_accepted_spans__spans_",
  "otelcol_receiver_accepted_spans_spans_total",
  "receiver_accepted_spans",
  "receiver_accepted_spans_total",
])("the name %s is understood", (name) => {
  expect(flowsOf(`${name}{receiver="otlp"} 5`)).toEqual({
    "receiver otlp spans": { kind: "receiver", id: "otlp", items: "spans", ...none, passed: 5 },
  });
});

test.each([
  "otelcol_receiver_accepted_spans_created",
  "otelcol_receiver_accepted_requests_total",
  "otelcol_receiver_accepted_spans_bucket",
  "other_otelcol_receiver_accepted_spans",
  "otelcol_processor_accepted_spans",
  "otelcol_exporter_queue_batch_send_size",
  "otelcol_receiver_accepted_spansx",
])("the name %s is not what is wanted", (name) => {
  expect(flowsOf(`${name}{receiver="otlp",exporter="otlp",data_type="traces"} 5`)).toEqual({});
});

test.each([
  ["otelcol_process_uptime_seconds_total 5", 5],
  ["otelcol_process_uptime_seconds 5", 5],
  ['otelcol_process_uptime_total{a="b"} 5', 5],
  ["process_uptime 5", 5],
  ["otelcol_process_cpu_seconds_total 5", undefined],
])("the uptime in %s is %s", (text, expected) => {
  expect(parseMetrics(text).upSeconds).toBe(expected);
});

test.each([
  ["escapes", String.raw`{receiver="a\\b\"c\nd"}`, 'a\\b"c\nd'],
  ["braces and commas in a value", '{other="},{x=1",receiver="a}b,c"}', "a}b,c"],
  ["spaces", '{ other = "x" , receiver = "a" }', "a"],
  ["a comma at the end", '{receiver="a",}', "a"],
  ["letters of other alphabets", '{receiver="otlp/größe"}', "otlp/größe"],
])("labels with %s are read", (_, labels, id) => {
  const [flow] = parseMetrics(`otelcol_receiver_accepted_spans_total${labels} 5`).flows.values();
  expect(flow).toMatchObject({ id, passed: 5 });
});

test.each([
  ["a time", '{receiver="a"} 5 1700000000000'],
  ["an exemplar", '{receiver="a"} 5 # {trace_id="x"} 1 1.7e9'],
  ["tabs", '{receiver="a"}\t5\t'],
  ["a carriage return", '{receiver="a"} 5\r'],
  ["no space", '{receiver="a"}5'],
])("a value with %s after it is read", (_, rest) => {
  expect(flowsOf(`x 1\notelcol_receiver_accepted_spans_total${rest}\ny 2`)).toMatchObject({
    "receiver a spans": { passed: 5 },
  });
});

test.each([
  "",
  " 5",
  "{",
  "{}",
  '{receiver="a"}',
  '{receiver="a"} ',
  '{receiver="a"} NaN',
  '{receiver="a"} +Inf',
  '{receiver="a"} -1',
  '{receiver="a"} five',
  '{receiver="a" 5',
  '{receiver="a} 5',
  "{receiver=a} 5",
  '{receiver="a" x} 5',
  '{exporter="a"} 5',
])("the odd line ending in %j is passed over, and the next one is read", (rest) => {
  const good = 'otelcol_exporter_sent_spans_total{exporter="good"} 1';
  const text = `otelcol_receiver_accepted_spans_total${rest}\n\n${good}`;
  expect(Object.keys(flowsOf(text))).toEqual(["exporter good spans"]);
});

test.each(["", "\n\n\n", "<html>not found</html>", "\u0000\u0001", "otelcol_", "# only this"])(
  "a text such as %j has nothing in it",
  (text) => {
    expect(parseMetrics(text)).toEqual({ upSeconds: undefined, flows: new Map() });
  },
);

test("no cut of a text is too odd to be read", () => {
  const text =
    'otelcol_receiver_accepted_spans_total{receiver="a\\"b",transport="http"} 5\notelcol_exporter_queue_size{data_type="traces",exporter="b"} 1\n';
  for (let end = 0; end <= text.length; end += 1) {
    const { flows } = parseMetrics(text.slice(0, end));
    expect([0, 1, 2]).toContain(flows.size);
  }
});

test("a line of megabytes and a hundred thousand labels are no trouble", () => {
  const long = `otelcol_receiver_accepted_spans_total{receiver="${"x".repeat(3_000_000)}"} 5`;
  const labels = Array.from({ length: 100_000 }, (_, index) => `l${index}="x"`).join(",");
  const wide = `otelcol_receiver_accepted_spans_total{${labels}} 5`;
  const good = 'otelcol_exporter_sent_spans_total{exporter="good"} 1';
  expect(Object.keys(flowsOf(`${long}\n${wide}\n${good}`))).toEqual(["exporter good spans"]);
});

test("only so many components are kept, and those that are kept are counted to the end", () => {
  const lines = Array.from(
    { length: 2_000 },
    (_, index) => `otelcol_exporter_sent_spans_total{exporter="e${index}"} 1`,
  );
  const { flows } = parseMetrics([...lines, lines[0]].join("\n"));
  expect(flows.size).toBe(500);
  expect(flows.get("exporter e0 spans")?.passed).toBe(2);
});

test.each([
  ["traces", "spans"],
  ["metrics", "metric points"],
  ["logs", "log records"],
  ["profiles", "profile samples"],
  ["other", undefined],
])("a pipeline of %s moves %s", (signal, items) => {
  expect(itemsOfSignal(signal)).toBe(items);
});
