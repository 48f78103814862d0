import type { FlowCounts, MetricsSample } from "../state/data-flow.ts";
import { type FlowKind, itemsByWord, flowKey } from "../../../agent-config/flow-key.ts";

/** More components than this are not looked at, so that nothing that is remembered grows without bound. */
const maxFlows = 500;

/** No line that is wanted is so long. */
const maxLineLength = 32 * 1024;

const unit = "(?:__?(?:spans?|datapoints?|points?|records?|samples?|batches|requests|1)_?)?";
const counterName = new RegExp(
  "^(?:otelcol_)?(receiver|exporter)_(accepted|refused|failed|sent|send_failed|enqueue_failed)_" +
    `(spans|metric_points|log_records|profile_samples)${unit}(?:_total)?$`,
);
const queueName = new RegExp(`^(?:otelcol_)?exporter_queue_(size|capacity)${unit}$`);
const uptimeName = /^(?:otelcol_)?process_uptime(?:_seconds|__?s)?(?:_total)?$/;

interface Series {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

type Draft = { -readonly [Key in keyof FlowCounts]: FlowCounts[Key] };

/**
 * Reads Prometheus text for the few counters that are wanted. Suffixes of names are tolerated, unknown and odd lines
 * are passed over, series that differ only in other labels are added up. Linear in the size of the text.
 */
export function parseMetrics(text: string): MetricsSample {
  const flows = new Map<string, Draft>();
  let upSeconds: number | undefined;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start);
    const stop = end === -1 ? text.length : end;
    const series = readSeries(text, start, stop);
    if (series !== undefined) {
      if (uptimeName.test(series.name)) upSeconds = series.value;
      else addSeries(flows, series);
    }
    start = stop + 1;
  }
  return { upSeconds, flows };
}

function addSeries(flows: Map<string, Draft>, { name, labels, value }: Series): void {
  const counter = counterName.exec(name);
  if (counter !== null) {
    const [, kind = "", word = "", items = ""] = counter;
    const flow = flowOf(flows, kind as FlowKind, labels, items);
    if (flow === undefined) return;
    if (word === "accepted" || word === "sent") flow.passed += value;
    else flow.failed += value;
    return;
  }
  const queue = queueName.exec(name);
  const flow = flowOf(flows, "exporter", labels, labels.get("data_type") ?? "");
  if (queue === null || flow === undefined) return;
  if (queue[1] === "size") flow.queued = (flow.queued ?? 0) + value;
  else flow.capacity = (flow.capacity ?? 0) + value;
}

function flowOf(
  flows: Map<string, Draft>,
  kind: FlowKind,
  labels: ReadonlyMap<string, string>,
  word: string,
): Draft | undefined {
  const id = labels.get(kind);
  const items = itemsByWord.get(word);
  if (id === undefined || items === undefined) return undefined;
  const key = flowKey(kind, id, items);
  const known = flows.get(key);
  if (known !== undefined || flows.size >= maxFlows) return known;
  const none = { queued: undefined, capacity: undefined };
  const made: Draft = { kind, id, items, passed: 0, failed: 0, ...none };
  flows.set(key, made);
  return made;
}

/** Only a line whose name is wanted is looked at beyond its name. */
function readSeries(text: string, start: number, stop: number): Series | undefined {
  if (stop === start || text[start] === "#" || stop - start > maxLineLength) return undefined;
  const line = text.slice(start, stop);
  const [name = ""] = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,200}/.exec(line) ?? [];
  if (!wanted(name)) return undefined;
  const open = line[name.length] === "{";
  const read = open ? readLabels(line, name.length + 1) : { labels: new Map(), next: name.length };
  if (read === undefined) return undefined;
  // A time or an exemplar may follow the value.
  const [word = ""] = /\S+/.exec(line.slice(read.next, read.next + 100)) ?? [];
  const value = word === "" ? Number.NaN : Number(word);
  if (!Number.isFinite(value) || value < 0) return undefined;
  return { name, labels: read.labels, value };
}

function wanted(name: string): boolean {
  return counterName.test(name) || queueName.test(name) || uptimeName.test(name);
}

const label = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))/y;

/** Reads `a="x",b="y"}`; undefined when it is written in no way that is known. */
function readLabels(
  line: string,
  from: number,
): { readonly labels: ReadonlyMap<string, string>; readonly next: number } | undefined {
  const labels = new Map<string, string>();
  const pattern = new RegExp(label);
  pattern.lastIndex = from;
  let next = from;
  for (let found = pattern.exec(line); found !== null; found = pattern.exec(line)) {
    labels.set(found[1] ?? "", unescaped(found[2] ?? ""));
    next = pattern.lastIndex;
  }
  const rest = /^\s{0,10}\}/.exec(line.slice(next, next + 20));
  return rest === null ? undefined : { labels, next: next + rest[0].length };
}

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
}
