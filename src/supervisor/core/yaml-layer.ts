import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  Scalar,
  type ScalarTag,
  YAMLMap,
} from "yaml";
import { expandAliases, keyText } from "./expand-aliases.ts";

/** One layer of the agent's configuration as a tree in which every scalar keeps its written form. */
export interface YamlLayer {
  readonly name: string;
  readonly document: Document;
  /** The top of the tree; an empty document counts as an empty map. */
  readonly root: YAMLMap;
  readonly warnings: readonly string[];
}

/** Why a text is not a layer, with its place. */
export interface LayerProblem {
  readonly problem: string;
}

/**
 * Empty, `~` and `null` stay what they are; every other plain scalar stays text. The collector reads numbers,
 * octals and dates by Go's rules, which differ from JavaScript's, so no scalar is ever interpreted here.
 */
const nullTag: ScalarTag = {
  identify: (value) => value === null,
  createNode: () => new Scalar(null),
  default: true,
  tag: "tag:yaml.org,2002:null",
  test: /^(?:~|[Nn]ull|NULL)?$/,
  resolve: () => new Scalar(null),
  stringify: (item, context) => {
    const source = item.source ?? "";
    return source === "" && context.inFlow === true ? "null" : source;
  },
};

/** Reads the first document of a text without interpreting its scalars. */
export function parseYamlLayer(name: string, text: string): YamlLayer | LayerProblem {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    schema: "failsafe",
    customTags: [nullTag],
    uniqueKeys: false,
    logLevel: "silent",
    lineCounter,
    prettyErrors: false,
  });
  const document = "empty" in documents ? undefined : documents[0];
  const warnings =
    !("empty" in documents) && documents.length > 1
      ? [`${name}: only the first of ${documents.length} YAML documents is used`]
      : [];
  if (document === undefined) {
    return { name, document: emptyDocument(), root: new YAMLMap(), warnings };
  }
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const error = document.errors[0];
  if (error !== undefined) return { problem: `${place(error.pos[0])}: ${error.message}` };
  const contents = document.contents;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return { name, document: emptyDocument(), root: new YAMLMap(), warnings };
  }
  if (!isMap(contents)) {
    return {
      problem: `${name}: expected a map of settings at the top, found a ${kindOf(contents)}`,
    };
  }
  const duplicate = findDuplicateKey(contents);
  if (duplicate !== undefined) {
    const [key, first, second] = duplicate;
    return {
      problem: `${place(second)}: key "${key}" is already set at line ${lineCounter.linePos(first).line}`,
    };
  }
  return withoutAliases({ name, document, root: contents, warnings });
}

/** A document with nothing in it, to join layers into. */
export function emptyDocument(): Document {
  const [document] = parseAllDocuments("{}", {
    schema: "failsafe",
    customTags: [nullTag],
    uniqueKeys: false,
    logLevel: "silent",
  }) as Document.Parsed[];
  if (document === undefined) throw new TypeError("the empty document did not parse");
  document.contents = new YAMLMap() as never;
  return document;
}

function kindOf(node: unknown): string {
  if (isSeq(node)) return "list";
  return isMap(node) ? "map" : "text";
}

/** First key that stands twice in one map: its text and both offsets. Linear, unlike the parser's own check. */
function findDuplicateKey(node: unknown): [string, number, number] | undefined {
  if (isSeq(node)) return firstOf(node.items, findDuplicateKey);
  if (!isMap(node)) return undefined;
  const seen = new Map<string, number>();
  for (const pair of node.items) {
    const key = keyText(pair.key);
    if (key === undefined || key === "<<") continue;
    const offset = offsetOf(pair.key);
    const earlier = seen.get(key);
    if (earlier !== undefined) return [key, earlier, offset];
    seen.set(key, offset);
  }
  return firstOf(node.items, (pair) => findDuplicateKey(pair.value));
}

function firstOf<Item, Found>(
  items: readonly Item[],
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function offsetOf(node: unknown): number {
  return isScalar(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Expanded once, so that a join never reaches into a node that stands in two places. */
function withoutAliases(layer: YamlLayer): YamlLayer | LayerProblem {
  const expanded = expandAliases(layer.root);
  if ("problem" in expanded) return { problem: `${layer.name}: ${expanded.problem}` };
  layer.document.contents = expanded.root;
  return { ...layer, root: expanded.root };
}
