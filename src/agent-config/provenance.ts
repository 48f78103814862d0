import { type Pair, isMap, isSeq, type YAMLMap, type YAMLSeq, isScalar, Scalar } from "yaml";
import type { Join } from "./join-layers.ts";
import { lineOf, type Part } from "./layer-places.ts";
import { keyText } from "./yaml/keys.ts";

/** A value and where it was written. */
export interface Origin {
  /** On one line, in the way it was written. */
  readonly value: string;
  readonly layer: string;
  /** From 1; undefined where there is no text, for example in what the supervisor adds. */
  readonly line: number | undefined;
}

/** One value of the joined configuration. */
export interface Leaf extends Origin {
  /** Keys joined by dots, places in lists as `[0]`. */
  readonly path: string;
  /** What other layers had written there, the last one first. */
  readonly hides: readonly Origin[];
}

interface Walk {
  readonly join: Join;
  readonly hidden: ReadonlyMap<Pair, readonly Part[]>;
  /** Of what is hidden: a whole list may be hidden by each of thousands of values. */
  readonly origins: Map<Part, Origin>;
  readonly leaves: Leaf[];
}

/** Where a walk is. */
interface Place {
  readonly path: string;
  /** What is still to be found of the path that was asked for; empty below it. */
  readonly wanted: string;
  readonly layer: number;
  readonly hides: readonly Part[];
}

/**
 * Every value of the joined configuration, or those at and below a dotted path, with the layer that set it and what
 * that layer hid. Worked out from the tree when somebody asks: a join keeps no more than where layers met.
 */
export function leavesOf(join: Join, wanted = ""): readonly Leaf[] {
  const hidden = new Map<Pair, Part[]>();
  for (const { pair, before } of join.replaced) {
    const parts = hidden.get(pair);
    if (parts === undefined) hidden.set(pair, [before]);
    else parts.push(before);
  }
  for (const parts of hidden.values()) parts.reverse();
  const walk: Walk = { join, hidden, origins: new Map(), leaves: [] };
  visit(join.root, { path: "", wanted, layer: 0, hides: [] }, walk);
  return walk.leaves;
}

function visit(node: unknown, place: Place, walk: Walk): void {
  if (isMap(node) && node.items.length > 0) visitMap(node, place, walk);
  else if (isSeq(node) && !isOneLeaf(node, walk)) visitList(node, place, walk);
  else if (place.wanted === "" && place.path !== "") {
    const hides = place.hides.map((part) => hiddenOrigin(part, walk));
    walk.leaves.push({
      path: place.path,
      ...originOf({ layer: place.layer, value: node }, walk),
      hides,
    });
  }
}

function visitMap(map: YAMLMap, place: Place, walk: Walk): void {
  for (const pair of map.items) {
    const key = keyText(pair.key) ?? shown(pair.key);
    const wanted = remaining(place.wanted, key);
    if (wanted === undefined) continue;
    const path = place.path === "" ? key : `${place.path}.${key}`;
    visit(pair.value, { ...below(place, pair, walk), path, wanted }, walk);
  }
}

function visitList(list: YAMLSeq, place: Place, walk: Walk): void {
  for (const [index, item] of list.items.entries()) {
    const wanted = remaining(place.wanted, `[${index}]`);
    if (wanted === undefined) continue;
    visit(item, { ...below(place, item, walk), path: `${place.path}[${index}]`, wanted }, walk);
  }
}

function below(
  place: Place,
  part: unknown,
  { join, hidden }: Walk,
): Omit<Place, "path" | "wanted"> {
  const layer = join.owners.get(part) ?? place.layer;
  // What a map hid is hidden by what stood in it then, not by what came into it later.
  const inherited = layer === place.layer ? place.hides : [];
  return { layer, hides: hidden.get(part as Pair) ?? inherited };
}

/** A list of plain values from one layer is one value. */
function isOneLeaf({ items }: YAMLSeq, { join }: Walk): boolean {
  return items.every((item) => !isMap(item) && !isSeq(item) && !join.owners.has(item));
}

/** The rest of a dotted path behind a key, which may have dots itself; undefined where it leads elsewhere. */
function remaining(wanted: string, key: string): string | undefined {
  if (wanted === "" || wanted === key) return "";
  if (!wanted.startsWith(key)) return undefined;
  const rest = wanted.slice(key.length);
  if (rest.startsWith("[")) return rest;
  return rest.startsWith(".") ? rest.slice(1) : undefined;
}

function hiddenOrigin(part: Part, walk: Walk): Origin {
  const known = walk.origins.get(part) ?? originOf(part, walk);
  walk.origins.set(part, known);
  return known;
}

function originOf({ layer, value }: Part, { join }: Walk): Origin {
  const { name = "", lineAt } = join.layers[layer] ?? {};
  return { value: shown(value), layer: name, line: lineOf(value, lineAt) };
}

/** A value on one line, in the way it was written. */
function shown(node: unknown): string {
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => `${shown(key)}: ${shown(value)}`);
    return `{${entries.join(", ")}}`;
  }
  if (isSeq(node)) return `[${node.items.map(shown).join(", ")}]`;
  if (!isScalar(node) || typeof node.value !== "string") return "null";
  const plain = node.type === Scalar.PLAIN && !node.value.includes("\n");
  return plain ? node.value : JSON.stringify(node.value);
}
