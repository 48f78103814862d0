import { type Pair, type Document, YAMLMap, isMap, isScalar, isSeq, type YAMLSeq } from "yaml";
import { isHealthCheck } from "./probe-target.ts";
import { itemText, mapOf } from "./yaml/nodes.ts";
import { keyIdentity, keyText } from "./yaml/keys.ts";
import { isMismatch, type Mismatch } from "./kinds.ts";
import type { Part } from "./layer-places.ts";
import { type YamlLayer, emptyDocument } from "./yaml/read-layer.ts";

/** One value that a later layer put in the place of an earlier one. */
export interface Replacement {
  readonly path: string;
  /** The entry of the joined tree that it happened to. */
  readonly pair: Pair;
  readonly before: Part;
  readonly after: Part;
}

/** What a later layer left empty and where all the same holds what an earlier one says. */
interface Kept {
  readonly path: string;
  /** Index of the layer that left it empty. */
  readonly by: number;
}

/**
 * Layers joined to one tree. Which layer set a part is known from where parts of other layers were put in: what
 * stands below such a place belongs to the same layer, unless it is itself such a place.
 */
export interface Join {
  readonly document: Document;
  readonly root: YAMLMap;
  readonly layers: readonly YamlLayer[];
  /** Index of the layer, by entry of a map or item of a list; all else is of the first layer. */
  readonly owners: ReadonlyMap<unknown, number>;
  readonly replaced: readonly Replacement[];
  /** Places where two layers have values of kinds that cannot be joined: such a join is not to be used. */
  readonly mismatches: readonly Mismatch[];
  /** Settings of health checks that a server left empty. */
  readonly kept: readonly Kept[];
}

interface Joining {
  readonly layers: YamlLayer[];
  readonly owners: Map<unknown, number>;
  readonly replaced: Replacement[];
  readonly mismatches: Mismatch[];
  readonly kept: Kept[];
  /** What stands in maps and lists that are joined to again and again, so that they are not gone through each time. */
  readonly entries: Map<YAMLMap, Map<string, Pair>>;
  readonly items: Map<YAMLSeq, Set<string>>;
}

/** Lists of these paths are joined without duplicates instead of being replaced. */
const joinedLists: readonly RegExp[] = [
  /^service\.extensions$/,
  /^service\.telemetry\.[a-z]+\.(?:readers|processors)$/,
];

/**
 * Joins layers, later ones win: maps join, scalars and lists replace what is of their kind, null replaces everything
 * but, from a server, where a health check listens. Linear in the size of all; the trees of the layers become parts of the result.
 */
export function joinLayers(layers: readonly YamlLayer[]): Join {
  const [first, ...rest] = layers;
  const document = first?.document ?? emptyDocument();
  const root = isMap(document.contents) ? document.contents : new YAMLMap();
  document.contents = root;
  const noted = { owners: new Map(), replaced: [], mismatches: [], kept: [] };
  const start: Join = { document, root, layers: [], ...noted };
  if (first === undefined) return start;
  spreadKeys(root, "", { ...noted, layers: [first], ...noIndexes() });
  return addLayers({ ...start, layers: [first] }, rest);
}

/** Joins more layers over what is joined already. */
export function addLayers(join: Join, layers: readonly YamlLayer[]): Join {
  const joining: Joining = {
    layers: [...join.layers],
    owners: join.owners as Map<unknown, number>,
    replaced: join.replaced as Replacement[],
    mismatches: join.mismatches as Mismatch[],
    kept: join.kept as Kept[],
    // Whoever has the tree may change it before the next layers come.
    ...noIndexes(),
  };
  for (const layer of layers) {
    joining.layers.push(layer);
    spreadKeys(layer.root, "", joining);
    joinMaps(join.root, layer.root, "", 0, joining);
  }
  return { ...join, layers: joining.layers };
}

function noIndexes(): Pick<Joining, "entries" | "items"> {
  return { entries: new Map(), items: new Map() };
}

function joinMaps(
  base: YAMLMap,
  over: YAMLMap,
  path: string,
  owner: number,
  joining: Joining,
): void {
  // What was written in lines may not be readable between braces, `?a` for example.
  if (over.flow !== true) base.flow = false;
  const known = joining.entries.get(base) ?? indexOf(base);
  joining.entries.set(base, known);
  const added: (readonly [string, Pair])[] = [];
  for (const pair of over.items) {
    const key = keyIdentity(pair.key);
    const present = key === undefined ? undefined : known.get(key);
    if (present === undefined || key === undefined) {
      joining.owners.set(pair, joining.layers.length - 1);
      base.items.push(pair);
      if (key !== undefined) added.push([key, pair]);
    } else {
      const below = path === "" ? key : `${path}.${key}`;
      joinPair(present, pair, below, joining.owners.get(present) ?? owner, joining);
    }
  }
  // Not before: two alike in one layer are for the collector to refuse.
  for (const [key, pair] of added) known.set(key, pair);
}

function indexOf(map: YAMLMap): Map<string, Pair> {
  const known = new Map<string, Pair>();
  for (const pair of map.items) {
    const key = keyIdentity(pair.key);
    if (key !== undefined) known.set(key, pair);
  }
  return known;
}

function joinPair(base: Pair, over: Pair, path: string, owner: number, joining: Joining): void {
  if (isMap(base.value) && isMap(over.value)) {
    joinMaps(base.value, over.value, path, owner, joining);
  } else if (isSeq(base.value) && isSeq(over.value) && joins(path)) {
    joinLists(base.value, over.value, joining);
  } else if (!keepsHealthCheck(base, over, path, owner, joining)) {
    const layer = joining.layers.length - 1;
    const before = { layer: owner, value: base.value };
    const after = { layer, value: over.value };
    if (isMismatch(before, after, joining.layers)) joining.mismatches.push({ path, before, after });
    joining.replaced.push({ path, pair: base, before, after });
    joining.owners.set(base, layer);
    base.value = over.value;
  }
}

const healthCheckPath = /^extensions\.health_check(?:\/[^.]*)?(\.endpoint)?$/;

/**
 * Probes and load balancers ask a health check where the local layers have it listen. A server that leaves it empty knows
 * nothing of them: with the address that the collector takes then, kubelet would restart a pod for ever. What a server
 * does say, an address for example, holds. True where the earlier value stays.
 */
function keepsHealthCheck(
  base: Pair,
  over: Pair,
  path: string,
  owner: number,
  joining: Joining,
): boolean {
  const { layers, owners } = joining;
  if (!path.startsWith("extensions") || layers.at(-1)?.remote !== true) return false;
  if (!isScalar(over.value) || over.value.value !== null) return false;
  const isLocal = (index: number): boolean => layers[index]?.remote !== true;
  if (path === "extensions" && isMap(base.value)) {
    const kept = base.value.items.filter(
      (pair) => isHealthCheck(keyText(pair.key)) && isLocal(owners.get(pair) ?? owner),
    );
    if (kept.length === 0) return false;
    for (const pair of kept) owners.set(pair, owners.get(pair) ?? owner);
    // All else goes.
    over.value = new YAMLMap();
    (over.value as YAMLMap).items = kept;
    note(path, joining);
    return false;
  }
  const found = healthCheckPath.exec(path);
  if (found === null || !isLocal(owner) || (found[1] === undefined && !isMap(base.value))) {
    return false;
  }
  note(path, joining);
  return true;
}

function note(path: string, { kept, layers }: Joining): void {
  kept.push({ path, by: layers.length - 1 });
}

function joins(path: string): boolean {
  return path.startsWith("service.") && joinedLists.some((list) => list.test(path));
}

function joinLists(base: YAMLSeq, over: YAMLSeq, joining: Joining): void {
  const texts = (list: YAMLSeq): readonly string[] =>
    list.items.map(itemText).filter((text) => text !== undefined);
  const present = joining.items.get(base) ?? new Set(texts(base));
  joining.items.set(base, present);
  for (const item of over.items) {
    const text = itemText(item);
    if (text !== undefined && present.has(text)) continue;
    joining.owners.set(item, joining.layers.length - 1);
    base.items.push(item);
  }
  for (const text of texts(over)) present.add(text);
}

/** `a::b: 1` means `a: {b: 1}` to the collector, in every map that is not in a list, and joins as such. */
function spreadKeys(map: YAMLMap, path: string, joining: Joining): void {
  for (const { key, value } of map.items) {
    if (isMap(value)) spreadKeys(value, `${path}${keyText(key) ?? ""}.`, joining);
  }
  if (!map.items.some(({ key }) => keyText(key)?.includes("::") === true)) return;
  const spread = new YAMLMap();
  const layer = joining.layers.length - 1;
  const alone: Joining = { ...joining, owners: new Map(), replaced: [], ...noIndexes() };
  for (const pair of map.items) {
    const names = keyText(pair.key)?.split("::") ?? [];
    const value = names
      .slice(1)
      .reduceRight<unknown>((inner, name) => mapOf({ [name]: inner }), pair.value);
    const whole = names.length > 1 ? mapOf({ [names[0] ?? ""]: value }) : mapWith(pair);
    joinMaps(spread, whole, path.slice(0, -1), layer, alone);
  }
  map.items = spread.items;
}

function mapWith(pair: Pair): YAMLMap {
  const map = new YAMLMap();
  map.items.push(pair);
  return map;
}
