import type {
  TelemetrySettings,
  ProcessorSettings,
  ExporterSettings,
  OtlpSettings,
  ReaderSettings,
} from "../../../telemetry/telemetry-settings.ts";
import { readOtlp } from "./read-otlp.ts";
import type { Reading } from "./reading.ts";
import { isNull, type SettingNode, scalarText } from "../file/setting-node.ts";

/** `telemetry` but for the log itself. */
export function readTelemetry(reading: Reading): TelemetrySettings {
  const readers = readReaders(reading);
  return {
    logs: readProcessors("logs", 1_000, reading),
    agentLogs: readAgentLogs(reading),
    maxLinesPerSecond: reading.number("telemetry.agent_logs.max_lines_per_second") ?? 1_000,
    traces: readProcessors("traces", 5_000, reading),
    readers: reading.text("telemetry.metrics.level") === "none" ? [] : readers,
    resource: readResource(reading.node("telemetry.resource")),
  };
}

/** The paths of the items of a list. */
function itemsOf(path: string, reading: Reading): readonly string[] {
  const node = reading.node(path);
  return node?.kind === "list" ? node.items.map((_, index) => `${path}[${index}]`) : [];
}

function isThere(path: string, reading: Reading): boolean {
  const node = reading.node(path);
  return node !== undefined && !isNull(node);
}

function readProcessors(
  signal: "logs" | "traces",
  delayMs: number,
  reading: Reading,
): readonly ProcessorSettings[] {
  return itemsOf(`telemetry.${signal}.processors`, reading).flatMap((item) => {
    const batch = batchSettings(`${item}.batch`, delayMs, reading);
    const simple = batchSettings(`${item}.simple`, 0, reading);
    return [
      ...readExporters(`${item}.batch`, signal, reading).map((exporter) => ({
        exporter,
        ...batch,
      })),
      ...readExporters(`${item}.simple`, signal, reading).map((exporter) => {
        return { exporter, ...simple };
      }),
    ];
  });
}

function batchSettings(
  path: string,
  delayMs: number,
  reading: Reading,
): Omit<ProcessorSettings, "exporter"> {
  const positive = (key: string, usual: number) => positiveOr(usual, `${path}.${key}`, reading);
  return {
    delayMs: positive("schedule_delay", delayMs),
    exportTimeoutMs: positive("export_timeout", 30_000),
    maxQueueItems: positive("max_queue_size", 2_048),
    maxBatchItems: positive("max_export_batch_size", 512),
  };
}

/** Zero and less mean the usual one, as in the SDKs. */
function positiveOr(usual: number, path: string, { number }: Reading): number {
  const value = number(path) ?? usual;
  return value > 0 ? value : usual;
}

/** What is below `exporter` of a processor or reader; several are several. */
function readExporters(
  owner: string,
  signal: "logs" | "metrics" | "traces",
  reading: Reading,
): readonly ExporterSettings[] {
  if (!isThere(owner, reading)) return [];
  const path = `${owner}.exporter`;
  const otlp = isThere(`${path}.otlp`, reading) ? readOtlp(`${path}.otlp`, signal, reading) : [];
  const toConsole = reading.node(`${path}.console`) !== undefined;
  if (isThere(`${path}.zipkin`, reading)) {
    const message = "Zipkin is not spoken, nothing is sent: use otlp with http/protobuf";
    reading.warn("not-acted-on", `${path}.zipkin`, message);
  } else if (!isThere(`${path}.otlp`, reading) && !toConsole) {
    reading.warn("not-acted-on", owner, "no exporter is written here: nothing is sent");
  }
  return toConsole ? [...otlp, { to: "console" }] : otlp;
}

function readAgentLogs(reading: Reading): OtlpSettings | undefined {
  const path = "telemetry.agent_logs.otlp";
  if (!isThere(path, reading)) return undefined;
  const [settings] = readOtlp(path, "logs", reading);
  const isOurs = (reading.text("agent.mode") ?? "child") === "child";
  if (settings === undefined || isOurs) return settings;
  reading.warn("not-acted-on", path, "the agent's output belongs to who starts it");
  return undefined;
}

function readReaders(reading: Reading): readonly ReaderSettings[] {
  return itemsOf("telemetry.metrics.readers", reading).flatMap((item) => {
    const producers = reading.node(`${item}.producers`);
    if (producers?.kind === "list" && producers.items.length > 0) {
      reading.warn("not-acted-on", `${item}.producers`, "there are no other sources of metrics");
    }
    return [...readPeriodic(`${item}.periodic`, reading), ...readPull(`${item}.pull`, reading)];
  });
}

function readPeriodic(path: string, reading: Reading): readonly ReaderSettings[] {
  const preference = `${path}.exporter.otlp.temporality_preference`;
  if (!["cumulative", undefined].includes(reading.text(preference))) {
    reading.warn("not-acted-on", preference, "counters are sent as cumulative ones");
  }
  return readExporters(path, "metrics", reading).map((exporter) => ({
    is: "periodic",
    exporter,
    intervalMs: positiveOr(60_000, `${path}.interval`, reading),
    timeoutMs: positiveOr(30_000, `${path}.timeout`, reading),
  }));
}

function readPull(path: string, reading: Reading): readonly ReaderSettings[] {
  if (!isThere(path, reading)) return [];
  const prometheus = `${path}.exporter.prometheus`;
  if (!isThere(prometheus, reading)) {
    reading.warn("not-acted-on", path, "no exporter is written here: nobody can fetch anything");
    return [];
  }
  for (const word of ["included", "excluded"]) {
    const labels = `${prometheus}.with_resource_constant_labels.${word}`;
    if (reading.texts(labels).length > 0) {
      reading.warn("not-acted-on", labels, "the resource is in target_info only");
    }
  }
  return [
    {
      is: "prometheus",
      host: reading.text(`${prometheus}.host`) ?? "localhost",
      port: reading.number(`${prometheus}.port`) ?? 9464,
      withScope: !reading.flag(`${prometheus}.without_scope_info`),
      withTypeSuffix: !reading.flag(`${prometheus}.without_type_suffix`),
      withUnits: !reading.flag(`${prometheus}.without_units`),
    },
  ];
}

/** A plain map, or `attributes` as a list of name and value; what has no value is left out. */
function readResource(node: SettingNode | undefined): ReadonlyMap<string, string> {
  if (node?.kind !== "map") return new Map();
  const attributes = node.entries.get("attributes")?.node;
  const pairs =
    attributes?.kind === "list"
      ? attributes.items.map((item) => [scalarAt(item, "name"), scalarAt(item, "value")] as const)
      : [...node.entries.keys()].map((name) => [name, scalarAt(node, name)] as const);
  return new Map(
    pairs.flatMap(([name, value]) =>
      name === undefined || value === undefined ? [] : [[name, value] as const],
    ),
  );
}

function scalarAt(node: SettingNode, name: string): string | undefined {
  const inner = node.kind === "map" ? node.entries.get(name)?.node : undefined;
  return inner === undefined ? undefined : scalarText(inner);
}
