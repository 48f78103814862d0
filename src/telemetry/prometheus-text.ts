import type { KeyValue } from "../opamp-client/wire/messages.ts";
import type { Metric } from "./metric.ts";

/** What the names and labels have in them. */
interface PrometheusForm {
  readonly withScope: boolean;
  readonly withTypeSuffix: boolean;
  readonly withUnits: boolean;
}

const units: Readonly<Record<string, string>> = { s: "seconds", By: "bytes", d: "days" };

/** The metrics in the text format of Prometheus, named as OpenTelemetry's rules for it have them. */
export function prometheusText(
  metrics: readonly Metric[],
  resource: readonly KeyValue[],
  form: PrometheusForm,
): string {
  const labels = resource.map(({ key, value }) => [key, value?.stringValue ?? ""] as const);
  const target = ["# HELP target_info Target metadata", "# TYPE target_info gauge"];
  target.push(`target_info${labelText(labels)} 1`);
  return [...target, ...metrics.flatMap((metric) => linesOf(metric, form)), ""].join("\n");
}

function linesOf(metric: Metric, form: PrometheusForm): readonly string[] {
  const name = nameOf(metric, form);
  const scope = form.withScope ? ([["otel_scope_name", "opamp-supervisor"]] as const) : [];
  const lines = metric.points.map(({ value, attributes }) => {
    return `${name}${labelText([...Object.entries(attributes), ...scope])} ${value}`;
  });
  const type = metric.kind === "counter" ? "counter" : "gauge";
  return [`# HELP ${name} ${metric.description}`, `# TYPE ${name} ${type}`, ...lines];
}

function nameOf(
  { name, unit, kind }: Metric,
  { withUnits, withTypeSuffix }: PrometheusForm,
): string {
  const unitWord = withUnits ? units[unit] : undefined;
  return [
    name.replaceAll(/[^a-zA-Z0-9_]/g, "_"),
    ...(unitWord === undefined ? [] : [unitWord]),
    ...(withTypeSuffix && kind === "counter" ? ["total"] : []),
  ].join("_");
}

function labelText(labels: readonly (readonly [string, string])[]): string {
  if (labels.length === 0) return "";
  const pairs = labels.map(([name, value]) => {
    const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
    return `${name.replaceAll(/[^a-zA-Z0-9_]/g, "_")}="${escaped}"`;
  });
  return `{${pairs.join(",")}}`;
}
