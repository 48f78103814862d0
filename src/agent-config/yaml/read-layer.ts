import {
  type Document,
  YAMLMap,
  type ScalarTag,
  Scalar,
  type ParseOptions,
  type DocumentOptions,
  type SchemaOptions,
  isMap,
  parseAllDocuments,
  LineCounter,
  isScalar,
  isSeq,
  isPair,
} from "yaml";
import { isTooDeep, opensTooDeep, tooDeep } from "./depth.ts";
import { type FirstDocument, readFirstDocument } from "./first-document.ts";
import { expandAliases } from "./expand-aliases.ts";
import { indentFlows } from "./indent-flows.ts";
import { takePlainEntries, putBack } from "./plain-entries.ts";
import { findUnreadable } from "./characters.ts";
import { keyText } from "./keys.ts";

/** One layer of the agent's configuration as a tree in which every scalar keeps its written form. */
export interface YamlLayer {
  readonly name: string;
  readonly document: Document;
  /** The top of the tree; an empty document counts as an empty map. */
  readonly root: YAMLMap;
  readonly warnings: readonly string[];
  /** The line, from 1, of a place in the text; undefined where there is no text. */
  readonly lineAt: (offset: number) => number | undefined;
  /** True of what the supervisor adds, which must never hide what somebody else wrote. */
  readonly ours?: boolean;
  /** True of what a server has sent. */
  readonly remote?: boolean;
}

/** Why a text is not a layer, with its place. */
interface LayerProblem {
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

/** How the parser reads a layer. */
export const reading: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: "failsafe",
  customTags: [nullTag],
  // `!!binary` and the like are for the collector to understand.
  resolveKnownTags: false,
  // The parser's own check is quadratic; ours is below.
  uniqueKeys: false,
  logLevel: "silent",
  prettyErrors: false,
};

/** Reads the first document of a text without interpreting its scalars. */
export function parseYamlLayer(name: string, text: string): YamlLayer | LayerProblem {
  if (opensTooDeep(text)) return { problem: `${name}: ${tooDeep}` };
  try {
    const layer = readLayer(name, text);
    if (!("brokenFlow" in layer)) return layer;
    const repaired = indentFlows(text);
    return repaired === text ? layer : readLayer(name, repaired);
  } catch (error) {
    // The parser goes down into the text by calling itself.
    if (error instanceof RangeError) return { problem: `${name}: ${tooDeep}` };
    throw error;
  }
}

function readLayer(name: string, text: string): YamlLayer | (LayerProblem & { brokenFlow?: true }) {
  const { document, error, more, end, placeOf } = readDocument(text);
  const lines = linesOf(text);
  const lineAt = (offset: number): number => lines().linePos(placeOf(offset)).line;
  const placeInText = (offset: number): string => {
    const { line, col } = lines().linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const place = (offset: number): string => placeInText(placeOf(offset));
  const unreadable = findUnreadable(text);
  if (unreadable !== undefined) {
    return { problem: `${placeInText(unreadable.offset)}: ${unreadable.problem}` };
  }
  const warnings = more ? [`${name}: only the first of several YAML documents is used`] : [];
  const layer = { name, warnings, lineAt };
  if (error !== undefined) {
    const problem = `${place(error.offset)}: ${error.message}`;
    return error.message.startsWith("Flow ") ? { problem, brokenFlow: true } : { problem };
  }
  const contents = document?.contents ?? null;
  if (document === undefined || (!isMap(contents) && isNothing(contents))) {
    return { ...layer, document: emptyDocument(), root: new YAMLMap() };
  }
  if (!isMap(contents)) {
    return {
      problem: `${name}: expected a map of settings at the top, found a ${kindOf(contents)}`,
    };
  }
  if (isTooDeep(contents)) return { problem: `${name}: ${tooDeep}` };
  const duplicate = findDuplicateKey(contents);
  if (duplicate !== undefined) {
    const [key, first, second] = duplicate;
    return {
      problem: `${place(second)}: key "${key}" is already set at line ${lineAt(first)}`,
    };
  }
  if (!/[\r\n]$/.test(text)) endAtLastLine(contents, end);
  const whole = { ...layer, document, root: contents };
  return /\*|<</.test(text) ? withoutAliases(whole) : whole;
}

interface Reading extends FirstDocument {
  /** Where the text ends for the parser. */
  readonly end: number;
  /** The offset in the text for the beginning of a node. */
  readonly placeOf: (offset: number) => number;
}

/** Only what is not plain is given to the parser; where that does not work out, everything is. */
function readDocument(text: string): Reading {
  const { rest, runs, placeOf } = takePlainEntries(text);
  const first = readFirstDocument(rest, reading);
  const { document, error } = first;
  const whole = runs.size === 0;
  if (whole || (error === undefined && putBack(document?.contents, runs))) {
    return { ...first, end: rest.length, placeOf };
  }
  return { ...readFirstDocument(text, reading), end: text.length, placeOf: (offset) => offset };
}

/** Counted when somebody asks for the first time. */
function linesOf(text: string): () => LineCounter {
  let lines: LineCounter | undefined;
  return () => {
    if (lines === undefined) {
      lines = new LineCounter();
      lines.addNewLine(0);
      for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
        lines.addNewLine(at + 1);
      }
    }
    return lines;
  };
}

/** A document with nothing in it, to join layers into. */
export function emptyDocument(): Document {
  const [document] = parseAllDocuments("{}", reading) as Document.Parsed[];
  if (document === undefined) throw new TypeError("the empty document did not parse");
  document.contents = new YAMLMap() as never;
  return document;
}

function isNothing(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function kindOf(node: unknown): string {
  return isSeq(node) ? "list" : "text";
}

/** First key that stands twice in one map: its text and both offsets. Linear, unlike the parser's own check. */
function findDuplicateKey(node: unknown): [string, number, number] | undefined {
  if (isMap(node)) {
    const repeated = repeatedKey(node);
    if (repeated !== undefined) return repeated;
  } else if (!isSeq(node)) {
    return undefined;
  }
  for (const item of node.items) {
    const found = findDuplicateKey(isPair(item) ? item.value : item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function repeatedKey({ items }: YAMLMap): [string, number, number] | undefined {
  const seen = new Map<string, unknown>();
  for (const { key } of items) {
    const text = keyText(key);
    if (text === undefined) continue;
    if (seen.has(text)) return [text, offsetOf(seen.get(text)), offsetOf(key)];
    seen.set(text, key);
  }
  return undefined;
}

function offsetOf(node: unknown): number {
  return isScalar(node) ? (node.range?.[0] ?? 0) : 0;
}

/** A block text that ends with the file, without a line break, ends without one for the collector too. */
function endAtLastLine(node: unknown, end: number): void {
  if (isPair(node)) endAtLastLine(node.value ?? node.key, end);
  else if (isMap(node) || isSeq(node)) endAtLastLine(node.items.at(-1), end);
  else if (isScalar(node) && typeof node.value === "string" && node.range?.[1] === end) {
    const block = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
    if (block && node.value.endsWith("\n")) node.value = node.value.slice(0, -1);
  }
}

/** Expanded once, so that a join never reaches into a node that stands in two places. */
function withoutAliases(layer: YamlLayer): YamlLayer | LayerProblem {
  const expanded = expandAliases(layer.root);
  if ("problem" in expanded) return { problem: `${layer.name}: ${expanded.problem}` };
  if (isTooDeep(expanded.root)) return { problem: `${layer.name}: ${tooDeep}` };
  layer.document.contents = expanded.root;
  return { ...layer, root: expanded.root };
}
