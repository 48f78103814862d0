import { isMap, Pair, Scalar, YAMLMap } from "yaml";
import { keyText } from "./keys.ts";

/** Writes maps of thousands of keys: it remembers where each key stands. Nobody else may write them meanwhile. */
export interface MapWriter {
  /** The map at a path; made where there is none, replacing whatever else stands there. */
  readonly mapAt: (root: YAMLMap, path: readonly string[]) => YAMLMap;
  readonly set: (map: YAMLMap, key: string, value: unknown) => void;
}

/** Makes one; what it remembers goes with it. */
export function createMapWriter(): MapWriter {
  const known = new WeakMap<YAMLMap, Map<string, Pair>>();
  const pairsOf = (map: YAMLMap): Map<string, Pair> => {
    const pairs = known.get(map) ?? pairsByKey(map);
    known.set(map, pairs);
    return pairs;
  };
  const set = (map: YAMLMap, key: string, value: unknown): void => {
    const pairs = pairsOf(map);
    const pair = pairs.get(key);
    if (pair !== undefined) {
      pair.value = value;
      return;
    }
    const made = new Pair<unknown, unknown>(new Scalar(key), value);
    // Not by `add`, which looks through all that are there.
    map.items.push(made);
    pairs.set(key, made);
  };
  const mapAt = (root: YAMLMap, path: readonly string[]): YAMLMap => {
    let map = root;
    for (const key of path) {
      const there = pairsOf(map).get(key)?.value;
      const next = isMap(there) ? there : new YAMLMap();
      if (next !== there) set(map, key, next);
      map = next;
    }
    return map;
  };
  return { mapAt, set };
}

/** What stands under each key of a map; of a key that stands twice the first. */
export function pairsByKey(map: YAMLMap): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  for (const pair of map.items) {
    const key = keyText(pair.key);
    if (key !== undefined && !pairs.has(key)) pairs.set(key, pair);
  }
  return pairs;
}
