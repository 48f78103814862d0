import { isScalar, YAMLMap, isMap, isSeq, Scalar, YAMLSeq } from "yaml";
import { keyText } from "./keys.ts";

/** The text of a scalar item, undefined for maps and lists. */
export function itemText(item: unknown): string | undefined {
  return isScalar(item) ? String(item.value) : undefined;
}

/** The node at a path of plain keys, undefined where the path ends early. */
export function nodeAt(root: YAMLMap, path: readonly string[]): unknown {
  let node: unknown = root;
  for (const key of path) {
    if (!isMap(node)) return undefined;
    node = node.items.find((pair) => keyText(pair.key) === key)?.value;
  }
  return node;
}

/** The texts of a list's scalar items; none for what is no list. */
export function itemsOf(node: unknown): readonly string[] {
  return isSeq(node) ? node.items.map(itemText).filter((text) => text !== undefined) : [];
}

/** The text at a path, undefined where there is no scalar. */
export function textAt(root: YAMLMap, path: readonly string[]): string | undefined {
  const node = nodeAt(root, path);
  return isScalar(node) && typeof node.value === "string" ? node.value : undefined;
}

/** The map at a path; made where there is none, replacing whatever else stands there. */
export function ensureMap(root: YAMLMap, path: readonly string[]): YAMLMap {
  let map = root;
  for (const key of path) {
    const pair = map.items.find((item) => keyText(item.key) === key);
    if (pair !== undefined && isMap(pair.value)) {
      map = pair.value;
      continue;
    }
    const made = new YAMLMap();
    setValue(map, key, made);
    map = made;
  }
  return map;
}

/** Sets one key of a map. */
export function setValue(map: YAMLMap, key: string, value: unknown): void {
  const pair = map.items.find((item) => keyText(item.key) === key);
  if (pair === undefined) map.add({ key: new Scalar(key), value });
  else pair.value = value;
}

/** A text that no YAML reader takes for anything but text. */
export function quoted(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

/** A word or number written as it is. */
export function plain(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.PLAIN;
  return scalar;
}

/** A map of nodes in the order given. */
export function mapOf(entries: Readonly<Record<string, unknown>>): YAMLMap {
  const map = new YAMLMap();
  for (const [key, value] of Object.entries(entries)) setValue(map, key, value);
  return map;
}

/** A list of nodes. */
export function listOf(items: readonly unknown[], flow = false): YAMLSeq {
  const list = new YAMLSeq();
  list.items = [...items];
  list.flow = flow;
  return list;
}
