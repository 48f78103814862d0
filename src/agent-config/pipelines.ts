import { type YAMLMap, isMap, isSeq } from "yaml";
import { nodeAt, itemText } from "./yaml/nodes.ts";
import { itemsOfSignal, type FlowKind, flowKey } from "./flow-key.ts";
import { keyText } from "./yaml/keys.ts";

interface Pipeline {
  readonly id: string;
  readonly receivers: readonly string[];
  readonly exporters: readonly string[];
}

/**
 * True when no pipeline of a joined configuration can move data: in each one all receivers or all exporters are nop.
 * So it is when there are no pipelines.
 */
export function everyPipelineNop(root: YAMLMap): boolean {
  return pipelinesOf(root).every(
    ({ receivers, exporters }) => receivers.every(nop) || exporters.every(nop),
  );
}

/** Under which names the components of the pipelines would be counted: `exporter otlp/2 spans`. */
export function expectedFlows(root: YAMLMap): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { id, receivers, exporters } of pipelinesOf(root)) {
    const items = itemsOfSignal(id.split("/")[0] ?? "");
    if (items === undefined) continue;
    const add = (kind: FlowKind, ids: readonly string[]): void =>
      ids.forEach((component) => keys.add(flowKey(kind, component, items)));
    add("receiver", receivers);
    add("exporter", exporters);
  }
  return keys;
}

/** How many components the pipelines have, each counted in every pipeline that it stands in. */
export function componentCount(root: YAMLMap): number {
  const pipelines = nodeAt(root, ["service", "pipelines"]);
  if (!isMap(pipelines)) return 0;
  const lists = pipelines.items.flatMap(({ value }) => (isMap(value) ? value.items : []));
  return lists.reduce((sum, { value }) => sum + (isSeq(value) ? value.items.length : 0), 0);
}

function nop(id: string): boolean {
  return id === "nop" || id.startsWith("nop/");
}

function pipelinesOf(root: YAMLMap): readonly Pipeline[] {
  const pipelines = nodeAt(root, ["service", "pipelines"]);
  if (!isMap(pipelines)) return [];
  return pipelines.items.flatMap(({ key, value }) =>
    isMap(value)
      ? [
          {
            id: keyText(key) ?? "",
            receivers: idsAt(value, "receivers"),
            exporters: idsAt(value, "exporters"),
          },
        ]
      : [],
  );
}

function idsAt(pipeline: YAMLMap, key: string): readonly string[] {
  const list = nodeAt(pipeline, [key]);
  if (!isSeq(list)) return [];
  return list.items.map(itemText).filter((id) => id !== undefined);
}
