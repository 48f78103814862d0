import {
  type Alias,
  type Node,
  YAMLMap,
  isAlias,
  isNode,
  isSeq,
  isMap,
  isScalar,
  YAMLSeq,
  Pair,
  isPair,
} from "yaml";
import { mergesMaps, keyIdentity } from "./keys.ts";

export { keyText } from "./keys.ts";

/** Expanding aliases may multiply a text; beyond so many nodes below them it is refused. */
const maxCopiedNodes = 100_000;

/** And beyond so many characters: a few kilobytes can stand for gigabytes, which nobody could print. */
const maxCopiedCharacters = 1024 * 1024;

/** What each alias stands for; an anchor may be set anew, an alias means the last one before it. */
type Targets = ReadonlyMap<Alias, Node>;

interface Copying {
  readonly targets: Targets;
  /** Nodes that aliases may still add. */
  left: number;
  /** Characters that they may still add. */
  charactersLeft: number;
  /** The targets that the copy is inside of. */
  readonly open: Set<Node>;
}

/**
 * A tree in which aliases and merge keys are replaced by what they stand for; the same tree when it has none.
 */
export function expandAliases(
  root: YAMLMap,
): { readonly root: YAMLMap } | { readonly problem: string } {
  if (!containsAlias(root)) return { root };
  try {
    const targets = new Map<Alias, Node>();
    findTargets(root, new Map(), targets);
    const left = { left: maxCopiedNodes, charactersLeft: maxCopiedCharacters };
    return { root: copyMap(root, { targets, ...left, open: new Set() }) };
  } catch (error) {
    // Only the refusals below are thrown here; each is about the text.
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function containsAlias(node: unknown): boolean {
  if (isAlias(node)) return true;
  if (isSeq(node)) return node.items.some(containsAlias);
  if (!isMap(node)) return false;
  return node.items.some(
    ({ key, value }) => isAlias(key) || mergesMaps(key) || containsAlias(value),
  );
}

function findTargets(node: unknown, anchors: Map<string, Node>, targets: Map<Alias, Node>): void {
  if (isAlias(node)) {
    const target = anchors.get(node.source);
    if (target === undefined)
      throw new RangeError(`the alias *${node.source} has no anchor before it`);
    targets.set(node, target);
    return;
  }
  if (isScalar(node) || isMap(node) || isSeq(node)) {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
  }
  if (isSeq(node)) for (const item of node.items) findTargets(item, anchors, targets);
  if (!isMap(node)) return;
  for (const pair of node.items) {
    findTargets(pair.key, anchors, targets);
    findTargets(pair.value, anchors, targets);
  }
}

function copyNode(node: unknown, copying: Copying): unknown {
  if (copying.open.size > 0) {
    copying.left -= 1;
    if (copying.left < 0) throw new RangeError("its aliases expand to too many values");
    copying.charactersLeft -= charactersOf(node);
    if (copying.charactersLeft < 0) throw new RangeError("its aliases expand to too long a text");
  }
  if (isAlias(node)) return copyTarget(node, copying);
  if (isScalar(node)) {
    const copy = node.clone();
    if (isScalar(copy)) delete copy.anchor;
    return copy;
  }
  if (isSeq(node)) {
    const copy = new YAMLSeq();
    copyLook(node, copy);
    copy.items = node.items.map((item) => copyNode(item, copying));
    return copy;
  }
  return isMap(node) ? copyMap(node, copying) : node;
}

/** What a node itself adds to the printed text, comments included. */
function charactersOf(node: unknown): number {
  if (!isNode(node)) return 0;
  const { tag = "", comment, commentBefore } = node as Node & { readonly tag?: string };
  const written = isScalar(node) && typeof node.value === "string" ? node.value.length : 0;
  return written + tag.length + (comment?.length ?? 0) + (commentBefore?.length ?? 0);
}

function copyTarget(alias: Alias, copying: Copying): unknown {
  const target = copying.targets.get(alias);
  if (target === undefined) throw new RangeError(`the alias *${alias.source} has no anchor`);
  if (copying.open.has(target)) throw new RangeError(`the alias *${alias.source} contains itself`);
  copying.open.add(target);
  const copy = copyNode(target, copying);
  copying.open.delete(target);
  return copy;
}

/** A map's own keys win over merged ones; of several merged maps the earlier wins (as in the collector's parser). */
function copyMap(node: YAMLMap, copying: Copying): YAMLMap {
  const copy = new YAMLMap();
  copyLook(node, copy);
  const own = new Set(node.items.map(({ key }) => keyIdentity(key)));
  for (const { key, value } of node.items) {
    if (!mergesMaps(key)) {
      copy.items.push(new Pair(copyNode(key, copying), copyNode(value, copying)));
      continue;
    }
    for (const source of mergedMaps(value, copying)) {
      for (const pair of source.items) {
        const name = keyIdentity(pair.key);
        if (isPair(pair) && !own.has(name)) copy.items.push(pair);
        own.add(name);
      }
    }
  }
  return copy;
}

/** Behind `<<` stands a map, an alias of one, or a list of such; an alias of a list is refused by the collector too. */
function mergedMaps(value: unknown, copying: Copying): readonly YAMLMap[] {
  const sources = isSeq(value) ? value.items : [value];
  return sources.map((source) => {
    const copy = copyNode(source, copying);
    if (isMap(copy)) return copy;
    throw new RangeError("a merge key << stands before something that is not a map");
  });
}

function copyLook(from: YAMLMap | YAMLSeq, to: YAMLMap | YAMLSeq): void {
  if (from.flow !== undefined) to.flow = from.flow;
  if (from.comment !== undefined) to.comment = from.comment;
  if (from.commentBefore !== undefined) to.commentBefore = from.commentBefore;
  if (from.tag !== undefined) to.tag = from.tag;
  if (from.range !== undefined) to.range = from.range;
}
