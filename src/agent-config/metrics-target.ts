import { type YAMLMap, isSeq, isMap } from "yaml";
import { textAt, nodeAt } from "./yaml/nodes.ts";
import { expand, reachable } from "./probe-target.ts";

/** Where the agent's own metrics can be read. */
interface MetricsTarget {
  readonly url: string;
}

const metricsAt = ["service", "telemetry", "metrics"] as const;

/**
 * The first Prometheus reader of the agent's own metrics in a joined configuration; undefined when there is none, when
 * metrics are off, or when its address cannot be told.
 */
export function metricsTargetOf(
  root: YAMLMap,
  environment: ReadonlyMap<string, string>,
): MetricsTarget | undefined {
  const text = (map: YAMLMap, path: readonly string[]): string =>
    expand(textAt(map, path) ?? "", environment);
  if (text(root, [...metricsAt, "level"]) === "none") return undefined;
  for (const reader of prometheusReaders(root)) {
    const host = text(reader, ["host"]);
    const port = text(reader, ["port"]);
    if (/^[1-9]\d{0,4}$/.test(port)) return { url: `http://${reachable(host)}:${port}/metrics` };
  }
  return undefined;
}

function prometheusReaders(root: YAMLMap): readonly YAMLMap[] {
  const readers = nodeAt(root, [...metricsAt, "readers"]);
  if (!isSeq(readers)) return [];
  return readers.items
    .map((reader) =>
      isMap(reader) ? nodeAt(reader, ["pull", "exporter", "prometheus"]) : undefined,
    )
    .filter((prometheus) => isMap(prometheus));
}
