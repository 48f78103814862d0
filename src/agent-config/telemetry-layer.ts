import { type YAMLMap, YAMLMap as NewMap, type Scalar, isSeq, isMap } from "yaml";
import type { Connections, Connection, Signal } from "./connections.ts";
import { setValue, ensureMap, listOf, mapOf, plain, quoted, textAt, nodeAt } from "./yaml/nodes.ts";
import { type Secrets, escaped } from "./secret-files.ts";

/** What the agent is to send of itself and to where, as a layer of its configuration. */
interface TelemetryLayer {
  readonly root: YAMLMap;
  /** The reader among those of its metrics that was offered. */
  readonly reader: unknown;
}

/** The name of this layer. */
export const telemetryName = "own telemetry offered by the server";

// What the protocol recommends.
const metricsIntervalMs = "10000";

// The collector's own limit is 30 s for each signal. When the other side does not answer, the collector does not end
// for so long, although its receivers are closed already; no drain time is that long.
const exportTimeoutMs = "2000";

/**
 * The layer for the offered places. Logs of an agent that is our child are sent by ourselves: what it says when it
 * cannot start and its last words arrive too then, and no line arrives twice.
 */
export function telemetryLayer(
  telemetry: Connections["telemetry"],
  attached: boolean,
  secrets: Secrets,
): TelemetryLayer {
  const root = new NewMap();
  const { metrics, traces, logs } = telemetry;
  const reader = offers(metrics) ? readerOf(metrics, secrets) : undefined;
  if (reader !== undefined) addTo(root, "metrics", "readers", reader);
  if (offers(traces)) addTo(root, "traces", "processors", processorOf(traces, secrets));
  if (offers(logs) && attached) addTo(root, "logs", "processors", processorOf(logs, secrets));
  return { root, reader };
}

/** An empty endpoint turns its signal off. */
function offers(connection: Connection | undefined): connection is Connection {
  return connection !== undefined && connection.endpoint !== "";
}

function addTo(root: YAMLMap, signal: Signal, list: string, item: YAMLMap): void {
  setValue(ensureMap(root, ["service", "telemetry", signal]), list, listOf([item]));
}

function readerOf(connection: Connection, secrets: Secrets): YAMLMap {
  const periodic = mapOf({
    interval: plain(metricsIntervalMs),
    timeout: plain(exportTimeoutMs),
    exporter: exporterOf(connection, secrets),
  });
  return mapOf({ periodic });
}

function processorOf(connection: Connection, secrets: Secrets): YAMLMap {
  const exporter = exporterOf(connection, secrets);
  return mapOf({ batch: mapOf({ export_timeout: plain(exportTimeoutMs), exporter }) });
}

function exporterOf(
  { endpoint, headers, certificate, tls }: Connection,
  secrets: Secrets,
): YAMLMap {
  // The collector knows the scheme in small letters only.
  const address = endpoint.replace(/^https?:/i, (scheme) => scheme.toLowerCase());
  const otlp = mapOf({
    protocol: plain("http/protobuf"),
    endpoint: quoted(escaped(address)),
  });
  if (headers.length > 0) setValue(otlp, "headers", listOf(headers.map(headerOf(secrets))));
  if (tls !== undefined && tls.ca !== "") setValue(otlp, "certificate", secrets.path(tls.ca));
  if (certificate !== undefined) {
    setValue(otlp, "client_certificate", secrets.path(certificate.cert));
    setValue(otlp, "client_key", secrets.path(certificate.key));
  }
  return mapOf({ otlp });
}

function headerOf(secrets: Secrets): (header: readonly [string, string]) => YAMLMap {
  return ([name, value]) => mapOf({ name: nameOf(name), value: secrets.value(value) });
}

function nameOf(name: string): Scalar {
  return quoted(escaped(name));
}

/** What a person should know of an offer that the rest of the configuration leaves without effect. */
export function telemetryWarnings(
  root: YAMLMap,
  telemetry: Connections["telemetry"],
): readonly string[] {
  const signals: readonly Signal[] = ["metrics", "traces"];
  return signals
    .filter((signal) => offers(telemetry[signal]))
    .filter((signal) => textAt(root, ["service", "telemetry", signal, "level"]) === "none")
    .map(
      (signal) =>
        `service.telemetry.${signal}.level is none, so the place that the server offers for own ${signal} has no effect`,
    );
}

/** True when the agent sends metrics or logs of its own: it ends in a reload when the last of them cannot be sent. */
export function flushesTelemetry(root: YAMLMap): boolean {
  const at = ["service", "telemetry"];
  const has = (path: readonly string[], key: string): boolean => {
    const list = nodeAt(root, [...at, ...path]);
    return isSeq(list) && list.items.some((item) => isMap(item) && item.has(key));
  };
  const measured = textAt(root, [...at, "metrics", "level"]) !== "none";
  return (
    (measured && has(["metrics", "readers"], "periodic")) ||
    has(["logs", "processors"], "batch") ||
    has(["logs", "processors"], "simple")
  );
}
