import type { RenderedConfig } from "../config.ts";
import type { Join } from "../join-layers.ts";
import type { ToldLayers } from "./layers-capability.ts";
import { leavesOf } from "../provenance.ts";
import type { Sources } from "../read-layers.ts";
import { assemble, printed, type RenderOptions } from "../render-config.ts";
import { redact } from "../../redact.ts";

/** Which configuration is asked about, and what it is made of as far as is known now. */
export interface LayersQuestion {
  readonly config: Pick<RenderedConfig, "hash" | "text">;
  readonly sources: Sources;
  readonly options: RenderOptions;
}

/** Far below what any server takes in one message. */
const mostBytes = 256 * 1024;
const mostPathChars = 1_000;

/**
 * Which layer set each value of a configuration. It is joined anew from what it is made of: where that gives another text,
 * something has changed since, and nothing is told.
 */
export function layersOf({ config, sources, options }: LayersQuestion): ToldLayers {
  const assembly = assemble(sources, options);
  if ("problem" in assembly) return { unknown: changedSince };
  const { join } = assembly;
  if (join === undefined || printed(join) !== config.text) return { unknown: changedSince };
  return told(join, config.hash);
}

const changedSince =
  "what the configuration is made of has changed since it was put into force: files, or settings of the supervisor";

function told(join: Join, hash: string): ToldLayers {
  const ours = new Set(join.layers.filter((layer) => layer.ours === true).map(({ name }) => name));
  const layers: string[] = [];
  const places = new Map<string, number>();
  const placeOf = (layer: string): number => {
    const known = places.get(layer);
    if (known !== undefined) return known;
    places.set(layer, layers.length);
    return layers.push(redact(layer).slice(0, mostPathChars)) - 1;
  };
  const values: (readonly [string, number, number | null])[] = [];
  let bytes = 0;
  let omitted = 0;
  for (const { path, layer, line } of leavesOf(join)) {
    // Nobody can look at the lines of what the supervisor makes.
    const value = [path, placeOf(layer), ours.has(layer) ? null : (line ?? null)] as const;
    bytes += Buffer.byteLength(JSON.stringify(value)) + 1;
    if (bytes > mostBytes || path.length > mostPathChars) omitted += 1;
    else values.push(value);
  }
  return { hash, layers, values, omitted };
}
