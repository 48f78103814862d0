import type { AgentLayers } from "../../shapes/layer-shapes.ts";

/** The layer of a line, for people. */
export interface LineLayer {
  /** Which one it is among all of them. */
  readonly layer: number;
  /** Its name, with the line in it where there is one. */
  readonly text: string;
}

/** The layers by the line of the configuration that they set. */
export function layersByLine({ layers, lines }: AgentLayers): ReadonlyMap<number, LineLayer> {
  return new Map(
    lines.map(({ line, layer, there, mixed }) => {
      const name = shortName(layers[layer] ?? "");
      const place = there === undefined ? name : `${name}:${there}`;
      return [line, { layer, text: mixed === true ? `${place} and others` : place }];
    }),
  );
}

/** A file by its last part: the whole path stands in the legend. */
export function shortName(layer: string): string {
  return /^\/.*\/([^/]+)$/.exec(layer)?.[1] ?? layer;
}

/** How many lines each layer has set, in the order of the layers. */
export function layerCounts({ layers, lines }: AgentLayers): readonly number[] {
  return layers.map((_, index) => lines.filter(({ layer }) => layer === index).length);
}
