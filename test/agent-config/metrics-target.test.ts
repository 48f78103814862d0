import { test, expect } from "vitest";
import { metricsTargetOf } from "../../src/agent-config/metrics-target.ts";
import { parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";

function targetOf(text: string, environment: Readonly<Record<string, string>> = {}) {
  const layer = parseYamlLayer("a.yaml", text);
  if ("problem" in layer) throw new Error(layer.problem);
  return metricsTargetOf(layer.root, new Map(Object.entries(environment)))?.url;
}

const withMetrics = (metrics: string): string => `service: {telemetry: {metrics: ${metrics}}}`;

const withReader = (prometheus: string): string =>
  withMetrics(`{readers: [{pull: {exporter: {prometheus: ${prometheus}}}}]}`);

test.each([
  ["{host: localhost, port: 8888}", "http://localhost:8888/metrics"],
  ['{host: "0.0.0.0", port: 9000}', "http://127.0.0.1:9000/metrics"],
  ['{host: "[::]", port: 9000}', "http://[::1]:9000/metrics"],
  ['{host: "::", port: 9000}', "http://[::1]:9000/metrics"],
  ['{host: "::1", port: 9000}', "http://[::1]:9000/metrics"],
  ['{host: "[fd00::1]", port: 9000}', "http://[fd00::1]:9000/metrics"],
  ['{host: "10.0.0.1", port: "9000"}', "http://10.0.0.1:9000/metrics"],
  ["{port: 9000}", "http://127.0.0.1:9000/metrics"],
  ['{host: "${env:HOST}", port: "${env:PORT:-9001}"}', "http://inside:9001/metrics"],
  ['{host: "${HOST}", port: "${PORT_SET}"}', "http://inside:9002/metrics"],
])("the reader %s is asked at %s", (prometheus, url) => {
  expect(targetOf(withReader(prometheus), { HOST: "inside", PORT_SET: "9002" })).toBe(url);
});

test.each([
  ["nothing at all", ""],
  ["no readers", withMetrics("{level: normal}")],
  ["readers that are no list", withMetrics("{readers: {pull: 1}}")],
  ["a reader that is no map", withMetrics("{readers: [prometheus]}")],
  ["a pushing reader", withMetrics("{readers: [{periodic: {exporter: {otlp: {}}}}]}")],
  ["a null reader", withReader("null")],
  ["no port", withReader("{host: localhost}")],
  ["a port that is not known", withReader('{host: localhost, port: "${env:NOT_SET}"}')],
  ["a port that is no number", withReader("{host: localhost, port: http}")],
  ["port 0", withReader("{host: localhost, port: 0}")],
])("with %s there is nothing to ask", (_, text) => {
  expect(targetOf(text)).toBeUndefined();
});

test.each(["none", "${env:LEVEL}"])("level %s switches it off", (level) => {
  const readers = "readers: [{pull: {exporter: {prometheus: {host: a, port: 1}}}}]";
  const text = withMetrics(`{level: "${level}", ${readers}}`);
  expect(targetOf(text, { LEVEL: "none" })).toBeUndefined();
  expect(targetOf(withMetrics(`{level: detailed, ${readers}}`))).toBe("http://a:1/metrics");
});

test("the first Prometheus reader that can be asked is taken", () => {
  const readers = ["{periodic: {}}", "{pull: {exporter: {prometheus: {host: a}}}}"];
  const last = "{pull: {exporter: {prometheus: {host: b, port: 2}}}}";
  expect(targetOf(withMetrics(`{readers: [${[...readers, last].join(", ")}]}`))).toBe(
    "http://b:2/metrics",
  );
});
