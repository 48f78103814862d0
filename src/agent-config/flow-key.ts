/** What the collector counts by. */
export type Items = "spans" | "metric points" | "log records" | "profile samples";

/** Receivers take data in, exporters send it out. */
export type FlowKind = "receiver" | "exporter";

export const itemsByWord: ReadonlyMap<string, Items> = new Map([
  ["spans", "spans"],
  ["metric_points", "metric points"],
  ["log_records", "log records"],
  ["profile_samples", "profile samples"],
  ["traces", "spans"],
  ["metrics", "metric points"],
  ["logs", "log records"],
  ["profiles", "profile samples"],
]);

/** The items that a pipeline moves, by the word before the slash of its id. */
export function itemsOfSignal(signal: string): Items | undefined {
  return itemsByWord.get(signal);
}

/** The name under which the counters of one component are kept. */
export function flowKey(kind: FlowKind, id: string, items: Items): string {
  return `${kind} ${id} ${items}`;
}
