import { isMap, isSeq, isScalar } from "yaml";
import { placeOf, type Part } from "./layer-places.ts";
import type { YamlLayer } from "./yaml/read-layer.ts";

/** Two values of one place that cannot be joined, because they are of different kinds. */
export interface Mismatch {
  readonly path: string;
  readonly before: Part;
  readonly after: Part;
}

/** What a value is, as far as joining goes; what a reference (`${…}`) stands for is known to the collector only. */
type Kind = "nothing" | "a map" | "a list" | "a single value" | "a reference";

function kindOf(value: unknown): Kind {
  if (isMap(value)) return "a map";
  if (isSeq(value)) return "a list";
  if (!isScalar(value) || value.value === null) return "nothing";
  const whole = typeof value.value === "string" && /^\s*\$\{[\s\S]*\}\s*$/.test(value.value);
  return whole ? "a reference" : "a single value";
}

/**
 * True where one value must not take the place of the other. To replace a map by a text would hide from the collector
 * what it refuses. Nothing (null) replaces everything, as it does in the collector. A reference may be replaced and may
 * replace, unless the map or the list is one of ours: then what somebody wrote, or what we add, would be lost.
 */
export function isMismatch(before: Part, after: Part, layers: readonly YamlLayer[]): boolean {
  const [one, other] = [kindOf(before.value), kindOf(after.value)];
  if (one === other || one === "nothing" || other === "nothing") return false;
  if (one !== "a reference" && other !== "a reference") return true;
  if (before.layer === after.layer) return true;
  const isSingle = one === "a single value" || other === "a single value";
  const isOurs = [before, after].some(({ layer }) => layers[layer]?.ours === true);
  return isOurs && !isSingle;
}

/** No more mismatches than these are named one by one. */
const namedAtMost = 5;

/** What cannot be joined and what to do, in one sentence; undefined where there is nothing of the kind. */
export function mismatchText(
  mismatches: readonly Mismatch[],
  layers: readonly YamlLayer[],
): string | undefined {
  if (mismatches.length === 0) return undefined;
  const named = mismatches.slice(0, namedAtMost).map((each) => sentence(each, layers));
  const more = mismatches.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more places are like these`] : [])].join("; ");
}

function sentence({ path, before, after }: Mismatch, layers: readonly YamlLayer[]): string {
  const [one, other] = [kindOf(before.value), kindOf(after.value)];
  const place = (part: Part): string => placeOf(layers, part);
  const found = `${path} is ${one} in ${place(before)} and ${other} in ${place(after)}`;
  if (one !== "a reference" && other !== "a reference") {
    return `${found}, which cannot be joined: write the same kind in both, or null where nothing is wanted`;
  }
  const wanted = one === "a reference" ? other : one;
  return `${found}, which cannot be joined before the collector reads it: write ${wanted} there, with references for the single values in it`;
}
