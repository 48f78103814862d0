import { isMap, isSeq, isScalar } from "yaml";
import type { YamlLayer } from "./yaml/read-layer.ts";

/** A piece of a layer. */
export interface Part {
  /** Index of the layer. */
  readonly layer: number;
  readonly value: unknown;
}

/** The line that a value begins in. */
export function lineOf(
  value: unknown,
  lineAt: ((offset: number) => number | undefined) | undefined,
): number | undefined {
  const node = isMap(value) || isSeq(value) || isScalar(value) ? value : undefined;
  return node?.range === undefined || node.range === null ? undefined : lineAt?.(node.range[0]);
}

/** The layer of a piece, with its line where somebody wrote one, for people. */
export function placeOf(layers: readonly YamlLayer[], { layer, value }: Part): string {
  const { name = "", lineAt, ours } = layers[layer] ?? {};
  // Nobody can look at the lines of what the supervisor makes.
  const line = ours === true ? undefined : lineOf(value, lineAt);
  return `${name}${line === undefined ? "" : `:${line}`}`;
}
