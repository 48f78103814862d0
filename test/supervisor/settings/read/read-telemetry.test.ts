import { join } from "node:path";
import { test, expect } from "vitest";
import { createAgentFolder, complete, settingsOf, brief } from "../fixture-folder.ts";

const read = (telemetry: string, agentLines = "", environment = {}) =>
  createAgentFolder().read(complete(agentLines, `telemetry: ${telemetry}\n`), environment);
const logs = (otlp: string, environment = {}) =>
  read(`{logs: {processors: [{batch: {exporter: {otlp: {${otlp}}}}}]}}`, "", environment);
const place = "telemetry.logs.processors[0].batch.exporter.otlp";

const firstOf = (otlp: string, environment = {}) => {
  const [first] = settingsOf(logs(otlp, environment)).telemetry.logs;
  if (first?.exporter.to !== "otlp") throw new Error("no exporter");
  return first.exporter;
};

test("an exporter without a word has its defaults", () => {
  const { telemetry } = settingsOf(logs("timeout: 0"));
  expect(telemetry.logs).toEqual([
    {
      exporter: {
        to: "otlp",
        url: "http://localhost:4318/v1/logs",
        encoding: "protobuf",
        headers: new Map(),
        gzip: false,
        timeoutMs: 10_000,
        certificate: undefined,
        clientCertificate: undefined,
        clientKey: undefined,
      },
      delayMs: 1_000,
      exportTimeoutMs: 30_000,
      maxQueueItems: 2_048,
      maxBatchItems: 512,
    },
  ]);
});

test.each([
  ["https://a.example/some/path?x=1", "https://a.example/some/path?x=1"],
  ["https://a.example:4318", "https://a.example:4318/v1/logs"],
  ["https://a.example/", "https://a.example/"],
  ["a.example:4318", "https://a.example:4318/v1/logs"],
  ["a.example:4318, insecure: true", "http://a.example:4318/v1/logs"],
])("the endpoint %s is used as %s", (endpoint, url) => {
  expect(firstOf(`endpoint: ${endpoint}`).url).toBe(url);
});

test("headers come from a list, a map, a text and the environment", () => {
  const environment = { TOKEN: "0123" };
  const list = 'headers: [{name: X-Key, value: "${env:TOKEN}"}, {name: b, value: c}]';
  expect(firstOf(`${list}, headers_list: "b=lost,d=e%20f"`, environment).headers).toEqual(
    new Map([
      ["b", ["c"]],
      ["d", ["e f"]],
      ["x-key", ["0123"]],
    ]),
  );
  expect(firstOf("headers: {A: b}").headers).toEqual(new Map([["a", ["b"]]]));
});

test.each([
  ["protocol: soap", "value-invalid", "protocol"],
  ["compression: brotli", "value-invalid", "compression"],
  ["endpoint: ftp://a.example", "value-invalid", "endpoint"],
  ["endpoint: 'http://a b'", "value-invalid", "endpoint"],
  ["headers: [{value: x}]", "value-invalid", "headers[0]"],
  ["headers: text", "type-wrong", "headers"],
  ['headers: {a: "b\\nc"}', "value-invalid", "headers.a"],
  ["headers_list: abc", "value-invalid", "headers_list"],
  ["client_key: key.pem", "key-missing", "client_certificate"],
])("%s is an error of its key", (otlp, code, key) => {
  const errors = logs(otlp).problems.filter(({ severity }) => severity === "error");
  expect(errors.map((each) => `${each.code} ${each.path}`)).toEqual([`${code} ${place}.${key}`]);
  expect(errors[0]?.line).toBeGreaterThan(0);
});

test("no secret of a header is in a message", () => {
  const { problems } = logs('headers: [{name: "a b", value: planted-secret}]');
  expect(problems.length).toBeGreaterThan(0);
  expect(JSON.stringify(problems)).not.toContain("planted-secret");
});

test("files are taken from the working directory, and told when they are not there", () => {
  const folder = createAgentFolder();
  const { settings, problems } = folder.read(
    complete("", "telemetry: {agent_logs: {otlp: {certificate: ca.pem}}}\n"),
  );
  expect(settings?.telemetry.agentLogs?.certificate).toBe(join(folder.path, "ca.pem"));
  expect(brief(problems)).toEqual([
    "warning file-missing telemetry.agent_logs.otlp.certificate 5:46",
  ]);
});

test("grpc is told and sends nothing, other places go on", () => {
  const result = read(
    "{metrics: {readers: [{periodic: {exporter: {otlp: {protocol: grpc, endpoint: 'localhost:4317'}, console: {}}}}]}}",
  );
  expect(settingsOf(result).telemetry.readers).toEqual([
    { is: "periodic", exporter: { to: "console" }, intervalMs: 60_000, timeoutMs: 30_000 },
  ]);
  expect(result.problems.map(({ path }) => path)).toEqual([
    "telemetry.metrics.readers[0].periodic.exporter.otlp.protocol",
  ]);
});

test("a page for Prometheus is on the loopback when nothing else is written", () => {
  const { telemetry } = settingsOf(
    read("{metrics: {readers: [{pull: {exporter: {prometheus: {without_units: true}}}}]}}"),
  );
  expect(telemetry.readers).toEqual([
    {
      is: "prometheus",
      host: "localhost",
      port: 9464,
      withScope: true,
      withTypeSuffix: true,
      withUnits: false,
    },
  ]);
});

test("level none turns the readers off", () => {
  const text = "{metrics: {level: none, readers: [{periodic: {exporter: {console: {}}}}]}}";
  expect(settingsOf(read(text)).telemetry.readers).toEqual([]);
});

test.each([
  ["{team: x, number: 7, empty: }", { team: "x", number: "7" }],
  ["{attributes: [{name: team, value: x}, {name: empty}], schema_url: y}", { team: "x" }],
])("the resource %s is understood", (resource, expected) => {
  const { telemetry } = settingsOf(read(`{resource: ${resource}}`));
  expect(Object.fromEntries(telemetry.resource)).toEqual(expected);
});

test("an agent that somebody else starts has no lines to send", () => {
  const result = read("{agent_logs: {otlp: {}}}", "  mode: attach\n");
  expect(settingsOf(result).telemetry.agentLogs).toBeUndefined();
  expect(result.problems.map(({ path }) => path)).toContain("telemetry.agent_logs.otlp");
});

test.each([
  [
    "{periodic: {exporter: {otlp: {temporality_preference: delta}}}}",
    "periodic.exporter.otlp.temporality_preference",
  ],
  ["{pull: {}}", "pull"],
  [
    "{pull: {exporter: {prometheus: {with_resource_constant_labels: {included: [a]}}}}}",
    "pull.exporter.prometheus.with_resource_constant_labels.included",
  ],
  ["{periodic: {exporter: {console: {}}}, producers: [{opencensus: {}}]}", "producers"],
])("the reader %s has a key without effect, which is told", (reader, key) => {
  const { problems } = read(`{metrics: {readers: [${reader}]}}`);
  expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
    `not-acted-on telemetry.metrics.readers[0].${key}`,
  ]);
});
