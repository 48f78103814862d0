import type { Metric } from "./metric.ts";
import { attributesOf } from "./attributes.ts";
import type { OtlpMessage } from "./exporter.ts";
import { type ResourceOf, scope, timeOf } from "./own-resource.ts";

/** The metrics as they were at a moment. */
export interface Snapshot {
  readonly at: number;
  /** When counting began; not later than `at`. */
  readonly since: number;
  readonly metrics: readonly Metric[];
}

const cumulative = 2;

/** The message of OTLP for some snapshots. */
export function metricsMessage(
  snapshots: readonly Snapshot[],
  resourceOf: ResourceOf,
): OtlpMessage {
  const metrics = snapshots.flatMap(({ at, since, metrics: own }) =>
    own.map((metric) => otlpMetric(metric, since, at)),
  );
  const scopeMetrics = [{ scope: scope("opamp-supervisor"), metrics }];
  const resource = { attributes: resourceOf("supervisor") };
  const value = { resourceMetrics: [{ resource, scopeMetrics }] };
  return { name: "ExportMetricsServiceRequest", value };
}

function otlpMetric(metric: Metric, since: number, at: number): object {
  const { name, description, unit, kind } = metric;
  const dataPoints = metric.points.map(({ value, attributes }) => ({
    startTimeUnixNano: timeOf(since),
    timeUnixNano: timeOf(at),
    ...numberOf(value, unit),
    attributes: attributesOf(attributes),
  }));
  if (kind === "gauge") return { name, description, unit, gauge: { dataPoints } };
  const sum = { dataPoints, aggregationTemporality: cumulative, isMonotonic: kind === "counter" };
  return { name, description, unit, sum };
}

/** Always the same kind of number for one metric: what is measured in seconds and days has fractions. */
function numberOf(value: number, unit: string): object {
  return unit === "s" || unit === "d" ? { asDouble: value } : { asInt: BigInt(Math.round(value)) };
}
