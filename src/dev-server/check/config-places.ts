import { isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import { keyText } from "../../agent-config/yaml/keys.ts";
import { itemText, nodeAt } from "../../agent-config/yaml/nodes.ts";
import type { YamlLayer } from "../../agent-config/yaml/read-layer.ts";

/** Where something stands; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A name and where it stands. */
export interface Named {
  readonly name: string;
  readonly place: Place;
}

/** A pipeline and what it names; a list that is written elsewhere is undefined. */
export interface PlacedPipeline extends Named {
  readonly receivers: readonly Named[] | undefined;
  readonly processors: readonly Named[] | undefined;
  readonly exporters: readonly Named[] | undefined;
}

/** What one text says of components and pipelines. */
export interface PlacedConfig {
  readonly keys: readonly Named[];
  /** The components of a kind, as in `receivers`. */
  readonly components: (kind: string) => readonly Named[];
  readonly pipelines: readonly PlacedPipeline[];
  /** Undefined: it says nothing of them, or not here. */
  readonly extensions: readonly Named[] | undefined;
}

/** Finds in a text what is checked in it. */
export function placesIn(layer: YamlLayer, text: string): PlacedConfig {
  const lines = text.split(/\r\n|\r|\n/);
  const named = (node: unknown, name: string): Named => {
    const offset = isScalar(node) ? (node.range?.[0] ?? 0) : 0;
    const line = layer.lineAt(offset) ?? 1;
    const column = (lines[line - 1] ?? "").indexOf(name) + 1;
    return { name, place: { file: layer.name, line, column: Math.max(1, column) } };
  };
  const keysOf = (node: unknown): readonly Named[] =>
    isMap(node)
      ? node.items.flatMap(({ key }) => {
          const name = keyText(key);
          return name === undefined ? [] : [named(key, name)];
        })
      : [];
  const listAt = (root: YAMLMap, path: readonly string[]): readonly Named[] | undefined => {
    const node = nodeAt(root, path);
    if (isSeq(node)) {
      return node.items.flatMap((item) => {
        const name = itemText(item);
        return name === undefined ? [] : [named(item, name)];
      });
    }
    // A reference, or what the collector reads as a list of one.
    return isScalar(node) && node.value !== null ? undefined : [];
  };
  const pipelines = nodeAt(layer.root, ["service", "pipelines"]);
  const placed = isMap(pipelines)
    ? keysOf(pipelines).map((pipeline): PlacedPipeline => {
        const list = (kind: string): readonly Named[] | undefined =>
          listAt(pipelines, [pipeline.name, kind]);
        return {
          ...pipeline,
          receivers: list("receivers"),
          processors: list("processors"),
          exporters: list("exporters"),
        };
      })
    : [];
  const hasExtensions = nodeAt(layer.root, ["service", "extensions"]) !== undefined;
  return {
    keys: keysOf(layer.root),
    components: (kind) => keysOf(nodeAt(layer.root, [kind])),
    pipelines: placed,
    extensions: hasExtensions ? listAt(layer.root, ["service", "extensions"]) : undefined,
  };
}
