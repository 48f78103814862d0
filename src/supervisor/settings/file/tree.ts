import {
  type Document,
  type ParsedNode,
  type Alias,
  isAlias,
  isMap,
  isSeq,
  isScalar,
  type YAMLMap,
  type Pair,
  type Scalar,
  parseDocument,
} from "yaml";
import { opensTooDeep } from "../../../agent-config/yaml/depth.ts";
import {
  type Sources,
  type VariableReference,
  expandVariables,
  deepestReference,
} from "./expand-variables.ts";
import { createTargetOf } from "./alias-targets.ts";
import type { ProblemList } from "./problem-list.ts";
import type { Origin, SettingNode, ScalarNode, Entry } from "./setting-node.ts";

/** A variable that is referred to and not set. Whether that matters is known once the value was used. */
export interface UnsetVariable {
  readonly name: string;
  readonly path: string;
  readonly at: number;
  /** The value consists of nothing else. */
  readonly leavesNothing: boolean;
}

/** What building needs from around it. */
export interface TreeContext {
  readonly source: string;
  readonly sources: Sources;
  readonly problems: ProblemList;
  /** Filled while the tree is built, like the next. */
  readonly unset: UnsetVariable[];
  readonly references: VariableReference[];
}

/** How every YAML text is read here: duplicates are found by ourselves, with both lines. */
export const yamlOptions = { merge: true, uniqueKeys: false, prettyErrors: false } as const;

interface Frame extends TreeContext {
  readonly targetOf: (alias: Alias) => ParsedNode | undefined;
  /** Set within an included value: all of it stands where its `${…}` is written. */
  readonly origin: Origin | undefined;
  /** One node per anchor; undefined while it is being built. */
  readonly anchors: Map<unknown, SettingNode | undefined>;
  readonly sizes: Map<SettingNode, number>;
  /** How many included values this one stands in. */
  readonly depth: number;
}

// Aliases of aliases grow like powers of two; no settings file is meant to be as large as this.
const largestAlias = 10_000;

type Parsed = ParsedNode | Alias | null | undefined;

/** The values of a parsed file with variables, aliases and `<<` resolved. Problems go to `context`. */
export function buildTree(document: Document.Parsed, context: TreeContext): SettingNode {
  const frame: Frame = {
    ...context,
    targetOf: createTargetOf(document),
    origin: undefined,
    anchors: new Map(),
    sizes: new Map(),
    depth: 0,
  };
  return build(document.contents, "", frame);
}

function build(node: Parsed, path: string, frame: Frame): SettingNode {
  if (isAlias(node)) return buildAlias(node, path, frame);
  if (node?.anchor === undefined) return buildValue(node, path, frame);
  frame.anchors.set(node, undefined);
  const built = buildValue(node, path, frame);
  frame.anchors.set(node, built);
  return built;
}

function buildValue(node: ParsedNode | null | undefined, path: string, frame: Frame): SettingNode {
  const origin = originOf(node, frame);
  if (isMap(node)) {
    const entries = buildEntries(node, path, frame);
    return { ...origin, kind: "map", text: undefined, entries };
  }
  if (isSeq(node)) {
    const items = node.items as readonly Parsed[];
    const built = items.map((item, index) => build(item, `${path}[${index}]`, frame));
    return { ...origin, kind: "list", text: undefined, items: built };
  }
  return isScalar(node) ? buildScalar(node, origin, path, frame) : nothing(origin);
}

function nothing(origin: Origin): ScalarNode {
  return { ...origin, kind: "scalar", value: null, text: undefined };
}

function originOf(node: Parsed, frame: Frame): Origin {
  const [start, end] = node?.range ?? [0, 0];
  return frame.origin ?? { start, end, from: undefined };
}

function buildAlias(alias: Alias, path: string, frame: Frame): SettingNode {
  const target = frame.targetOf(alias);
  // An anchor below a `<<` may not have been met yet.
  if (target !== undefined && !frame.anchors.has(target)) build(target, path, frame);
  const known = frame.anchors.get(target);
  if (known !== undefined && sizeOf(known, frame.sizes) <= largestAlias) return known;
  const origin = originOf(alias, frame);
  // Without its name: a password may begin with an asterisk.
  const message =
    known === undefined
      ? "this alias has no end: expected an anchor with a plain value, or quotes around a text that begins with *"
      : "this alias stands for too much: expected an anchor with a plain value";
  frame.problems.error("yaml-invalid", path, origin.start, message);
  return nothing(origin);
}

// How many values there are in a node, aliases counted as often as they are used.
function sizeOf(node: SettingNode, sizes: Map<SettingNode, number>): number {
  const known = sizes.get(node);
  if (known !== undefined || node.kind === "scalar") return known ?? 1;
  const inner =
    node.kind === "list" ? node.items : [...node.entries.values()].map((each) => each.node);
  const size = inner.reduce((sum, each) => sum + sizeOf(each, sizes), 1);
  sizes.set(node, size);
  return size;
}

function buildEntries(
  map: YAMLMap<ParsedNode, ParsedNode | null>,
  path: string,
  frame: Frame,
): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const { key, value } of map.items.filter((pair) => !isMerge(pair))) {
    const name = keyText(key);
    const { start: keyStart, end: keyEnd } = originOf(key, frame);
    // A question mark makes a key of whatever follows it, secrets included.
    if (!isScalar(key)) frame.problems.hide(keyStart, keyEnd);
    const inner = path === "" ? name : `${path}.${name}`;
    const first = entries.get(name);
    if (first === undefined) entries.set(name, { keyStart, node: build(value, inner, frame) });
    else reportTwice(inner, first.keyStart, keyStart, frame, value);
  }
  // What a map says itself wins over what it merges in, wherever the `<<` stands; the first merged map wins.
  for (const { value } of map.items.filter(isMerge)) {
    for (const [name, entry] of mergedEntries(build(value, path, frame), path, frame)) {
      if (!entries.has(name)) entries.set(name, entry);
    }
  }
  return entries;
}

function isMerge({ key }: Pair<ParsedNode>): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.source === "<<";
}

function keyText(key: ParsedNode): string {
  if (!isScalar(key)) return "(a key that is no plain text)";
  return typeof key.value === "string" ? key.value : key.source;
}

function mergedEntries(node: SettingNode, path: string, frame: Frame): readonly [string, Entry][] {
  if (node.kind === "map") return [...node.entries];
  if (node.kind === "list") return node.items.flatMap((item) => mergedEntries(item, path, frame));
  frame.problems.error("yaml-invalid", path, node.start, "<< expects a map or a list of maps");
  return [];
}

function reportTwice(
  path: string,
  first: number,
  second: number,
  { problems, origin }: Frame,
  value: ParsedNode | null,
): void {
  // Nobody looks at this value any more, so nobody would find out that it is a secret.
  if (origin === undefined && value !== null) problems.hide(value.range[0], value.range[1]);
  const where =
    origin === undefined
      ? `on line ${problems.lineOf(first)} and again on line ${problems.lineOf(second)}`
      : `in ${origin.from ?? "the included text"}`;
  problems.error("key-duplicate", path, second, `written twice, ${where}: remove one of them`);
}

function buildScalar(node: Scalar, origin: Origin, path: string, frame: Frame): SettingNode {
  const value = node.value as ScalarNode["value"];
  if (typeof value !== "string" || !value.includes("$")) {
    return { ...origin, kind: "scalar", value, text: undefined };
  }
  const expansion = expandVariables(value, frame.sources);
  for (const name of expansion.variables) frame.references.push({ name, path });
  const [reference] = expansion.references;
  if (reference === undefined)
    return { ...origin, kind: "scalar", value: expansion.text, text: undefined };
  const place = { ...placeOfReference(origin, frame, reference), from: reference };
  const mayNest = frame.depth < deepestReference && expansion.whole !== undefined;
  const included = mayNest ? parseIncluded(expansion.whole) : undefined;
  if (included !== undefined) {
    const depth = frame.depth + 1;
    const targetOf = createTargetOf(included);
    const inside = { ...frame, targetOf, origin: place, anchors: new Map(), depth };
    return { ...build(included.contents, path, inside), text: expansion.text };
  }
  for (const { code, message } of expansion.faults) {
    frame.problems.error(code, path, place.start, message);
  }
  const leavesNothing = expansion.text === "";
  for (const name of expansion.unset) {
    frame.unset.push({ name, path, at: place.start, leavesNothing });
  }
  const { text } = expansion;
  return { ...place, kind: "scalar", value: leavesNothing ? null : text, text };
}

// The place is that of `${`, also in the middle of a quoted or folded text.
function placeOfReference(
  origin: Origin,
  { source, origin: outer }: Frame,
  reference: string,
): Origin {
  if (outer !== undefined) return outer;
  const written = source.slice(origin.start, origin.end);
  const start = origin.start + Math.max(0, written.indexOf("${"));
  const alone = written.replace(/^(["'])(.*)\1$/s, "$2") === reference;
  return { ...origin, start, ...(alone ? {} : { own: origin.start }) };
}

// As the reference does: what reads as YAML text, or not as YAML at all, is taken letter by letter.
function parseIncluded(whole: string): Document.Parsed | undefined {
  // What is no settings at all would end the whole process in the parser.
  if (opensTooDeep(whole)) return undefined;
  const document = parseDocument(whole, yamlOptions);
  const { contents } = document;
  const isText = contents === null || (isScalar(contents) && typeof contents.value === "string");
  return isText || document.errors.length > 0 ? undefined : document;
}
