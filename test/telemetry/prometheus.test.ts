import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { test, expect, onTestFinished } from "vitest";
import type { Metric } from "../../src/telemetry/metric.ts";
import { servePrometheus } from "../../src/telemetry/prometheus-page.ts";
import { prometheusText } from "../../src/telemetry/prometheus-text.ts";
import { takenPort } from "../helpers/net/free-ports.ts";
import { until } from "../helpers/until.ts";

const metrics: readonly Metric[] = [
  {
    ...{ name: "supervisor.config.applies", description: "Verdicts", unit: "{config}" },
    kind: "counter",
    points: [{ value: 2, attributes: { result: "applied" } }],
  },
  {
    ...{ name: "process.memory.usage", description: "Memory", unit: "By", kind: "level" },
    points: [{ value: 7, attributes: {} }],
  },
];
const resource = [{ key: "service.name", value: { stringValue: 'a "b"\\\n' } }];
const usual = { withScope: true, withTypeSuffix: true, withUnits: true };

test("names have units and kinds in them, labels are quoted", () => {
  expect(prometheusText(metrics, resource, usual)).toBe(`# HELP target_info Target metadata
# TYPE target_info gauge
target_info{service_name="a \\"b\\"\\\\\\n"} 1
# HELP supervisor_config_applies_total Verdicts
# TYPE supervisor_config_applies_total counter
supervisor_config_applies_total{result="applied",otel_scope_name="opamp-supervisor"} 2
# HELP process_memory_usage_bytes Memory
# TYPE process_memory_usage_bytes gauge
process_memory_usage_bytes{otel_scope_name="opamp-supervisor"} 7
`);
});

test("suffixes, units and scope can be left out", () => {
  const text = prometheusText(metrics, [], {
    ...{ withScope: false, withTypeSuffix: false, withUnits: false },
  });
  expect(text).toContain('\nsupervisor_config_applies{result="applied"} 2\n');
  expect(text).toContain("\nprocess_memory_usage 7\n");
});

function open(port: number): { readonly told: object[] } {
  const told: object[] = [];
  const note = (fields: object, message: string): void => void told.push({ ...fields, message });
  const page = servePrometheus({ host: "127.0.0.1", port }, () => "metrics 1\n", {
    warn: note,
    info: note,
  });
  onTestFinished(page.close);
  return { told };
}

async function fetched(port: number, path: string): Promise<readonly [number, string]> {
  const [response] = (await once(
    get({ host: "127.0.0.1", port, path, agent: false }),
    "response",
  )) as [IncomingMessage];
  let text = "";
  for await (const chunk of response as AsyncIterable<Buffer>) text += String(chunk);
  return [response.statusCode ?? 0, text];
}

test("the page has the metrics at /metrics and nothing else", async () => {
  const { told } = open(0);
  const { port } = (await until(() => told[0])) as { port: number };
  expect(await fetched(port, "/metrics")).toEqual([200, "metrics 1\n"]);
  expect((await fetched(port, "/"))[0]).toBe(404);
});

test("a port that is taken is told, and nothing else happens", async () => {
  const port = await takenPort();
  const { told } = open(port);
  expect(await until(() => told[0])).toEqual({
    host: "127.0.0.1",
    port,
    reason: "another process has this port: choose another one in telemetry.metrics.readers",
    message: "the page for Prometheus could not be opened",
  });
});
