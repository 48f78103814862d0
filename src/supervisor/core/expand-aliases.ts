import { isAlias, isMap, isPair, isScalar, isSeq, type Node, Pair, YAMLMap, YAMLSeq } from "yaml";

/** Expanding aliases may multiply a text; beyond so many copied nodes it is refused. */
const maxCopiedNodes = 100_000;

/** The text of a scalar key; undefined for a key that is itself a map or list. */
export function keyText(key: unknown): string | undefined {
  if (isScalar(key)) return typeof key.value === "string" ? key.value : (key.source ?? "");
  return typeof key === "string" ? key : undefined;
}

/**
 * A tree in which aliases and merge keys are replaced by what they stand for; the same tree when it has none.
 */
export function expandAliases(
  root: YAMLMap,
): { readonly root: YAMLMap } | { readonly problem: string } {
  if (!containsAlias(root)) return { root };
  const anchors = new Map<string, Node>();
  collectAnchors(root, anchors);
  try {
    return { root: copyMap(root, anchors, { left: maxCopiedNodes }, new Set()) };
  } catch (error) {
    // Only the refusals below are thrown here; each is about the text.
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function containsAlias(node: unknown): boolean {
  if (isAlias(node)) return true;
  if (isSeq(node)) return node.items.some(containsAlias);
  if (!isMap(node)) return false;
  return node.items.some((pair) => keyText(pair.key) === "<<" || containsAlias(pair.value));
}

function collectAnchors(node: unknown, anchors: Map<string, Node>): void {
  if (isScalar(node) || isMap(node) || isSeq(node)) {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
  }
  if (isSeq(node)) for (const item of node.items) collectAnchors(item, anchors);
  if (isMap(node)) {
    for (const pair of node.items) {
      collectAnchors(pair.key, anchors);
      collectAnchors(pair.value, anchors);
    }
  }
}

function copyNode(
  node: unknown,
  anchors: ReadonlyMap<string, Node>,
  budget: { left: number },
  open: ReadonlySet<string>,
): unknown {
  budget.left -= 1;
  if (budget.left < 0) throw new RangeError("its aliases expand to too many values");
  if (isAlias(node)) {
    const target = anchors.get(node.source);
    if (target === undefined) throw new RangeError(`the alias *${node.source} has no anchor`);
    if (open.has(node.source)) throw new RangeError(`the alias *${node.source} contains itself`);
    return copyNode(target, anchors, budget, new Set(open).add(node.source));
  }
  if (isScalar(node)) {
    const copy = node.clone();
    if (isScalar(copy)) delete copy.anchor;
    return copy;
  }
  if (isSeq(node)) {
    const copy = new YAMLSeq();
    copyLook(node, copy);
    copy.items = node.items.map((item) => copyNode(item, anchors, budget, open));
    return copy;
  }
  return isMap(node) ? copyMap(node, anchors, budget, open) : node;
}

/** A map's own keys win over merged ones; of several merged maps the earlier wins (as in the collector's parser). */
function copyMap(
  node: YAMLMap,
  anchors: ReadonlyMap<string, Node>,
  budget: { left: number },
  open: ReadonlySet<string>,
): YAMLMap {
  const copy = new YAMLMap();
  copyLook(node, copy);
  const own = new Set(node.items.map((pair) => keyText(pair.key)));
  for (const pair of node.items) {
    if (keyText(pair.key) !== "<<") {
      copy.items.push(
        new Pair(
          copyNode(pair.key, anchors, budget, open),
          copyNode(pair.value, anchors, budget, open),
        ),
      );
      continue;
    }
    const merged = copyNode(pair.value, anchors, budget, open);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      if (!isMap(source))
        throw new RangeError("a merge key << stands before something that is not a map");
      for (const from of source.items) {
        const key = keyText(from.key);
        if (isPair(from) && !own.has(key)) copy.items.push(from);
        own.add(key);
      }
    }
  }
  return copy;
}

function copyLook(from: YAMLMap | YAMLSeq, to: YAMLMap | YAMLSeq): void {
  if (from.flow !== undefined) to.flow = from.flow;
  if (from.comment !== undefined) to.comment = from.comment;
  if (from.commentBefore !== undefined) to.commentBefore = from.commentBefore;
  if (from.tag !== undefined) to.tag = from.tag;
}
