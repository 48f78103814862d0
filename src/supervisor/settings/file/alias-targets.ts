import { type Alias, type Document, type ParsedNode, isAlias, isNode, visit } from "yaml";

/** Finds what an alias stands for: the last node before it with its anchor. The document is walked once, for all of them. */
export function createTargetOf(document: Document): (alias: Alias) => ParsedNode | undefined {
  let known: ReadonlyMap<Alias, ParsedNode> | undefined;
  return (alias) => {
    known ??= targetsIn(document);
    return known.get(alias);
  };
}

function targetsIn(document: Document): ReadonlyMap<Alias, ParsedNode> {
  const anchors = new Map<string, ParsedNode>();
  const targets = new Map<Alias, ParsedNode>();
  visit(document, {
    Node(_key, node) {
      if (!isNode(node)) return;
      const target = isAlias(node) ? anchors.get(node.source) : undefined;
      if (isAlias(node) && target !== undefined) targets.set(node, target);
      else if (!isAlias(node) && node.anchor !== undefined)
        anchors.set(node.anchor, node as ParsedNode);
    },
  });
  return targets;
}
