import { randomUUID } from "node:crypto";
import type { KeyValue } from "../opamp-client/wire/messages.ts";
import type { Metric } from "./metric.ts";
import type { Span } from "./span.ts";
import type { OfferedDestination } from "./destination.ts";
import type { Gathering } from "./exporter.ts";
import { type LogItem, logsMessage } from "./log-records.ts";
import { type TailSink, type LogTail, createLogTail } from "./log-tail.ts";
import {
  type OutletSurroundings,
  createOutlets,
  type Kind,
  type OutletSettings,
} from "./outlets.ts";
import { type Snapshot, metricsMessage } from "./metric-message.ts";
import { createPost } from "./post.ts";
import { prometheusText } from "./prometheus-text.ts";
import { servePrometheus } from "./prometheus-page.ts";
import { ownResource, type ResourceOf } from "./own-resource.ts";
import { spansMessage } from "./span-message.ts";
import type { TelemetrySettings, ProcessorSettings } from "./telemetry-settings.ts";

export type Signal = "logs" | "metrics" | "traces";

/** The supervisor's own telemetry, on its way out. */
export interface Telemetry {
  readonly log: (item: LogItem) => void;
  readonly span: (span: Span) => void;
  /** Follows the agent's log file. */
  readonly tail: (sink: TailSink) => LogTail;
  /** Sends a signal to what a server offers too, or no longer; what waits for other places stays. */
  readonly setOffered: (signal: Signal, destination: OfferedDestination | undefined) => void;
  /** Sends what waits, as far as that is possible in the time. */
  readonly stop: (withinMs: number) => Promise<void>;
}

/** What surrounds it. */
interface TelemetrySurroundings extends Omit<OutletSurroundings, "post"> {
  /** Where HTTPS_PROXY and its like may stand. */
  readonly environment: ReadonlyMap<string, string>;
  readonly version: string;
  /** When counting began, in ms since 1970 by the clock as it stands now. */
  readonly since: () => number;
  readonly agentResource: () => readonly KeyValue[];
  readonly metrics: () => readonly Metric[];
}

/** How logs and spans for what a server offers are gathered. */
const offered: Gathering = { delayMs: 1_000, maxQueueItems: 2_048, maxBatchItems: 512 };
/** How snapshots are gathered. One says all that the ones before it said, so few are worth keeping. */
const ofSnapshots: Gathering = { delayMs: 0, maxQueueItems: 60, maxBatchItems: 10 };
/** The interval that the OpAMP specification recommends. */
const offeredIntervalMs = 10_000;

/** Opens every way out that the settings name. */
export function createTelemetry(
  settings: TelemetrySettings,
  surroundings: TelemetrySurroundings,
): Telemetry {
  const outward = { ...surroundings, post: createPost(surroundings.environment) };
  const { version, since, metrics, log } = surroundings;
  const instanceId = randomUUID();
  const own = ownResource(settings.resource, version, instanceId);
  const resourceOf: ResourceOf = (about) =>
    about === "agent" ? surroundings.agentResource() : own;
  const kinds = kindsOf(resourceOf, instanceId);
  const logs = createOutlets(kinds.logs, logOutlets(settings), offered, outward);
  const traces = createOutlets(
    kinds.traces,
    settings.traces.map((each) => outletOf(each, () => true)),
    offered,
    outward,
  );
  const snapshot = (): Snapshot => {
    const at = Date.now();
    return { at, since: Math.min(at, since()), metrics: metrics() };
  };
  const readers = settings.readers.map((reader) => {
    if (reader.is === "prometheus") {
      return servePrometheus(reader, () => prometheusText(metrics(), own, reader), log);
    }
    const { exporter, timeoutMs, intervalMs } = reader;
    const outlet = { exporter, gathering: ofSnapshots, exportTimeoutMs: timeoutMs };
    const outlets = createOutlets(
      kinds.metrics,
      [{ ...outlet, takes: () => true }],
      ofSnapshots,
      outward,
    );
    return readRegularly(() => outlets.add(snapshot()), intervalMs, outlets.stop);
  });
  const offeredMetrics = createOutlets(kinds.metrics, [], ofSnapshots, outward);
  const offeredReader = readRegularly(
    () => offeredMetrics.add(snapshot()),
    offeredIntervalMs,
    offeredMetrics.stop,
  );

  return {
    log: logs.add,
    span: traces.add,
    tail: createLogTail,
    setOffered: (signal, destination) => {
      if (signal === "logs") logs.setOffered(destination);
      if (signal === "traces") traces.setOffered(destination);
      if (signal !== "metrics") return;
      offeredMetrics.setOffered(destination);
      offeredMetrics.add(snapshot());
    },
    stop: async (withinMs) => {
      for (const reader of readers) if ("close" in reader) reader.close();
      const regular = readers.filter((reader) => "stop" in reader);
      const all = [logs, traces, offeredReader, ...regular];
      await Promise.all(all.map((each) => each.stop(withinMs)));
    },
  };
}

interface Kinds {
  readonly logs: Kind<LogItem>;
  readonly metrics: Kind<Snapshot>;
  readonly traces: Kind<Span>;
}

function kindsOf(resourceOf: ResourceOf, seed: string): Kinds {
  return {
    logs: {
      name: "logs",
      messageOf: (items) => logsMessage(items, resourceOf),
      text: ({ line }) => line.trimEnd(),
      bytesOf: ({ line }) => line.length,
    },
    metrics: {
      name: "metrics",
      messageOf: (items) => metricsMessage(items, resourceOf),
      text: (item) => JSON.stringify(item),
      bytesOf: ({ metrics }) => 200 * metrics.length,
    },
    traces: {
      name: "traces",
      messageOf: (items) => spansMessage(items, seed, resourceOf),
      text: (item) => JSON.stringify(item),
      bytesOf: (item) => 300 + (item.status.is === "error" ? item.status.why.length : 0),
    },
  };
}

function logOutlets({ logs, agentLogs }: TelemetrySettings): readonly OutletSettings<LogItem>[] {
  const ours = logs.map((each) => outletOf<LogItem>(each, ({ about }) => about === "supervisor"));
  if (agentLogs === undefined) return ours;
  const { timeoutMs } = agentLogs;
  const takes = ({ about }: LogItem): boolean => about === "agent";
  return [...ours, { exporter: agentLogs, gathering: offered, exportTimeoutMs: timeoutMs, takes }];
}

function outletOf<T>(
  { exporter, exportTimeoutMs, ...gathering }: ProcessorSettings,
  takes: (item: T) => boolean,
): OutletSettings<T> {
  return { exporter, exportTimeoutMs, gathering, takes };
}

interface Reader {
  readonly stop: (withinMs: number) => Promise<void>;
}

/** What happened since the last time is told before the end. */
function readRegularly(read: () => void, intervalMs: number, stop: Reader["stop"]): Reader {
  const timer = setInterval(read, intervalMs).unref();
  return {
    stop: async (withinMs) => {
      clearInterval(timer);
      read();
      await stop(withinMs);
    },
  };
}
