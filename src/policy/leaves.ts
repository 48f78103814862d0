import { type YAMLMap, isMap, isSeq, isScalar, Scalar } from "yaml";

/** One scalar of a configuration, or an empty collection, with the way to it. */
export interface Leaf {
  /** Keys as they are written; list items are `[0]`. */
  readonly path: readonly string[];
  /** The nearest key, in lower case. */
  readonly key: string;
  /** As the collector reads it: unquoted, unfolded, decoded; empty for null and for an empty collection. */
  readonly text: string;
  /** False of a scalar without quotes, which the collector may read as a number. */
  readonly isText?: boolean;
}

/** The collector takes `a::b: 1` for `a: {b: 1}`, at every level. */
const keyDelimiter = "::";

/** Every value of a configuration from its top to its end. */
export function leavesOf(root: YAMLMap): readonly Leaf[] {
  const leaves: Leaf[] = [];
  collect(root, [], "", leaves);
  return leaves;
}

function collect(node: unknown, path: readonly string[], key: string, leaves: Leaf[]): void {
  if (isMap(node) && node.items.length > 0) {
    for (const pair of node.items) {
      const keys = textOf(pair.key).split(keyDelimiter);
      collect(pair.value, [...path, ...keys], (keys.at(-1) ?? "").toLowerCase(), leaves);
    }
  } else if (isSeq(node) && node.items.length > 0) {
    for (const [index, item] of node.items.entries()) {
      collect(item, [...path, `[${index}]`], key, leaves);
    }
  } else {
    leaves.push({ path, key, text: textOf(node), ...(isPlain(node) ? { isText: false } : {}) });
  }
}

function isPlain(node: unknown): boolean {
  return isScalar(node) && node.type === Scalar.PLAIN && node.tag === undefined;
}

function textOf(node: unknown): string {
  if (typeof node === "string") return node;
  if (!isScalar(node)) return "";
  const text = typeof node.value === "string" ? node.value : (node.source ?? "");
  return isBinary(node) ? decoded(text) : text;
}

function isBinary({ tag }: Scalar): boolean {
  return tag === "!!binary" || tag === "tag:yaml.org,2002:binary";
}

// The collector's parser decodes such a text, so `!!binary ZXZpbA==` is another way to write a name.
function decoded(text: string): string {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    // Not base64: the collector refuses it with words of its own.
    return text;
  }
}

/** A path for people: `receivers.filelog.include[0]`. */
export function pathText(path: readonly string[]): string {
  return path.join(".").replaceAll(".[", "[");
}

/** A value for people: short, on one line, empty made visible. */
export function placeText(text: string): string {
  const line = text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
  const short = line.length > 120 ? `${line.slice(0, 120)}…` : line;
  return short === "" ? "empty" : short;
}

/** True when the path begins with these keys; `*` stands for any one. */
export function isUnder(path: readonly string[], keys: readonly string[]): boolean {
  return keys.length <= path.length && keys.every((key, at) => key === "*" || key === path[at]);
}
