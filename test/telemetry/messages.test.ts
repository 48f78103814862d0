import { test, expect } from "vitest";
import { encodeMessage } from "../../src/opamp-client/wire/encode.ts";
import type { Metric } from "../../src/telemetry/metric.ts";
import type { Span } from "../../src/telemetry/span.ts";
import type { OtlpMessage } from "../../src/telemetry/exporter.ts";
import { logsMessage } from "../../src/telemetry/log-records.ts";
import { metricsMessage } from "../../src/telemetry/metric-message.ts";
import { otlpTable } from "../../src/telemetry/otlp-fields.ts";
import { type ResourceOf, ownResource } from "../../src/telemetry/own-resource.ts";
import { spansMessage } from "../../src/telemetry/span-message.ts";
import { decodeOtlp } from "../helpers/otlp/otlp-messages.ts";

const resourceOf: ResourceOf = (about) => [{ key: "about", value: { stringValue: about } }];

const decoded = ({ name, value }: OtlpMessage): unknown =>
  decodeOtlp(name, encodeMessage(name, value, otlpTable));

const about = (who: string) => ({ attributes: [{ key: "about", value: { stringValue: who } }] });

test("records become records of OTLP, each process with its own resource", () => {
  const ours = { level: "warn", time: "2026-11-25T02:00:00.250Z", run: 3, msg: "agent ended" };
  const theirs = {
    ...{ level: "fatal", time: "2026-11-25T02:00:00Z", from: "agent" },
    ...{ ratio: 0.5, ok: true, nothing: null, list: [1, "x"], inner: { a: 1 }, msg: "panic" },
  };
  const message = logsMessage(
    [
      { about: "agent", line: JSON.stringify(theirs) },
      { about: "supervisor", line: `${JSON.stringify(ours)}\n` },
    ],
    resourceOf,
  );
  const scope = { name: "opampsupervisor" };
  const [own, agent] = (decoded(message) as { resourceLogs: unknown[] }).resourceLogs;
  expect(own).toEqual({
    resource: about("supervisor"),
    scopeLogs: [
      {
        scope,
        logRecords: [
          {
            timeUnixNano: "1795572000250000000",
            observedTimeUnixNano: "1795572000250000000",
            severityNumber: 13,
            severityText: "warn",
            body: { stringValue: "agent ended" },
            attributes: [{ key: "run", value: { intValue: "3" } }],
          },
        ],
      },
    ],
  });
  expect(agent).toMatchObject({
    resource: about("agent"),
    scopeLogs: [
      {
        logRecords: [
          {
            severityNumber: 21,
            attributes: [
              { key: "ratio", value: { doubleValue: 0.5 } },
              { key: "ok", value: { boolValue: true } },
              { key: "nothing", value: {} },
              {
                key: "list",
                value: { arrayValue: { values: [{ intValue: "1" }, { stringValue: "x" }] } },
              },
              {
                key: "inner",
                value: { kvlistValue: { values: [{ key: "a", value: { intValue: "1" } }] } },
              },
            ],
          },
        ],
      },
    ],
  });
});

test.each([
  ["debug", 5],
  ["info", 9],
  ["error", 17],
  ["no level of ours", 9],
])("level %s has the number %i", (level, severityNumber) => {
  const line = JSON.stringify({ level, time: "2026-11-25T02:00:00Z", msg: "x" });
  const { value } = logsMessage([{ about: "agent", line }], resourceOf);
  expect(value).toMatchObject({
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ severityNumber }] }] }],
  });
});

test("a line that is no record is a record with that text", () => {
  const { value } = logsMessage([{ about: "agent", line: "not { json" }], resourceOf);
  const body = { stringValue: "not { json" };
  expect(value).toMatchObject({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] });
});

test("what is nested deeper than any receiver reads is told as text", () => {
  const deep = Array.from({ length: 50 }).reduce<unknown>((inner) => ({ a: inner }), 1);
  const line = JSON.stringify({ level: "info", time: "2026-11-25T02:00:00Z", msg: "x", deep });
  const text = JSON.stringify(decoded(logsMessage([{ about: "agent", line }], resourceOf)));
  expect(text.split("kvlistValue").length - 1).toBe(8);
});

const metric = (kind: Metric["kind"], unit: string, value: number): Metric => ({
  ...{ name: "m", description: "", kind, unit },
  points: [{ value, attributes: { result: "applied" } }],
});

test("counters and levels are cumulative sums, gauges are gauges, zeros are there", () => {
  const metrics = [
    metric("counter", "{x}", 0),
    metric("level", "By", 7),
    metric("gauge", "d", 1.5),
  ];
  const message = metricsMessage([{ at: 2_000, since: 1_000, metrics }], resourceOf);
  const point = {
    startTimeUnixNano: "1000000000",
    timeUnixNano: "2000000000",
    attributes: [{ key: "result", value: { stringValue: "applied" } }],
  };
  expect(decoded(message)).toMatchObject({
    resourceMetrics: [
      {
        resource: about("supervisor"),
        scopeMetrics: [
          {
            scope: { name: "opamp-supervisor" },
            metrics: [
              {
                sum: {
                  dataPoints: [{ ...point, asInt: "0" }],
                  aggregationTemporality: 2,
                  isMonotonic: true,
                },
              },
              { sum: { dataPoints: [{ ...point, asInt: "7" }], aggregationTemporality: 2 } },
              { gauge: { dataPoints: [{ ...point, asDouble: 1.5 }] } },
            ],
          },
        ],
      },
    ],
  });
});

test("spans of one trace share its id and name their parent", () => {
  const common = { trace: 1, startAt: 1, endAt: 2, attributes: {} };
  const spans: readonly Span[] = [
    { ...common, number: 2, parent: 1, name: "validate", status: { is: "ok" } },
    {
      ...{ ...common, number: 1, parent: undefined, name: "processRemoteConfigMessage" },
      status: { is: "error", why: "boom" },
    },
  ];
  const read = decoded(spansMessage(spans, "seed", resourceOf)) as {
    resourceSpans: { scopeSpans: { spans: Record<string, string>[] }[] }[];
  };
  const [inner, outer] = read.resourceSpans[0]!.scopeSpans[0]!.spans;
  expect(inner).toMatchObject({ name: "validate", kind: 1, status: { code: 1 } });
  expect(outer).toMatchObject({ status: { code: 2, message: "boom" }, endTimeUnixNano: "2000000" });
  expect(inner!["traceId"]).toBe(outer!["traceId"]);
  expect(inner!["parentSpanId"]).toBe(outer!["spanId"]);
  expect(outer).not.toHaveProperty("parentSpanId");
  expect(Buffer.from(outer!["traceId"]!, "base64")).toHaveLength(16);
  expect(Buffer.from(outer!["spanId"]!, "base64")).toHaveLength(8);
  const other = decoded(spansMessage(spans, "another start", resourceOf));
  expect(JSON.stringify(other)).not.toContain(outer!["traceId"]);
});

test("what the operator wrote goes before what is known of us", () => {
  const written = new Map([
    ["service.name", "mine"],
    ["team", "x"],
  ]);
  const resource = ownResource(written, "0.1.0", "id");
  expect(resource.map(({ key, value }) => `${key}=${value?.stringValue}`)).toEqual([
    "service.name=mine",
    "service.version=0.1.0",
    "service.instance.id=id",
    "team=x",
  ]);
});
