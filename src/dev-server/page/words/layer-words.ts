import type { AgentLayers, LayerOfLine, LayerPlace } from "../../shapes/layer-shapes.ts";

/** A layer of a line, for people. */
export interface LineLayer {
  /** Which one it is among all of them. */
  readonly layer: number;
  /** Its name, with the line in it where there is one. */
  readonly text: string;
}

/** The layers by the line of the configuration that they set; most lines have one. */
export function layersByLine({
  layers,
  lines,
}: AgentLayers): ReadonlyMap<number, readonly LineLayer[]> {
  return new Map(
    lines.map((each) => {
      const named = placesOf(each).map(({ layer, there }) => {
        const name = shortName(layers[layer] ?? "");
        return { layer, text: there === undefined ? name : `${name}:${there}` };
      });
      return [each.line, named];
    }),
  );
}

/** A file by its last part: the whole path stands in the legend. */
export function shortName(layer: string): string {
  return /^\/.*\/([^/]+)$/.exec(layer)?.[1] ?? layer;
}

/** In how many lines each layer has set something, in the order of the layers. */
export function layerCounts({ layers, lines }: AgentLayers): readonly number[] {
  const counts = layers.map(() => 0);
  for (const { layer } of lines.flatMap(placesOf)) counts[layer] = (counts[layer] ?? 0) + 1;
  return layers.map((_, index) => counts[index] ?? 0);
}

function placesOf({ layer, there, also = [] }: LayerOfLine): readonly LayerPlace[] {
  return [{ layer, ...(there === undefined ? {} : { there }) }, ...also];
}
