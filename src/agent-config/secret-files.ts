import { createHash } from "node:crypto";
import { type Scalar, isMap, isSeq, isScalar } from "yaml";
import { quoted } from "./yaml/nodes.ts";
import type { SecretFile, OfferedValue } from "./config.ts";
import { keyText } from "./yaml/keys.ts";

/** What a configuration says of offered secrets while it is put together: references in its text, files beside it. */
export interface Secrets {
  /** A value that stands only in a file; `judged` where the local rules are to look at its content. */
  readonly value: (text: string, judged?: "judged") => Scalar;
  /** The path of a file with this PEM text. */
  readonly path: (pem: string) => Scalar;
  /** The files that are needed for what was asked for so far. */
  readonly files: () => readonly SecretFile[];
  /** Where in a joined configuration they stand. */
  readonly placesIn: (root: unknown) => readonly OfferedValue[];
}

/** `salt` keeps the name of a file from telling the same secret everywhere. */
export function createSecrets(directory: string, salt: string): Secrets {
  const files = new Map<string, SecretFile>();
  const nodes = new Map<unknown, string | undefined>();
  const keep = (text: string, ending: string): string => {
    const digest = createHash("sha256").update(`${salt}\0${text}`).digest("hex");
    const name = `${digest.slice(0, 24)}.${ending}`;
    files.set(name, { name, text });
    return `${directory}/${name}`;
  };
  return {
    value: (text, judged) => {
      if (text.trim() === "") return quoted(escaped(text));
      const references = piecesOf(text).map((piece) => `\${file:${keep(escaped(piece), "txt")}}`);
      const node = quoted(references.join(""));
      nodes.set(node, judged === undefined ? undefined : escaped(text));
      return node;
    },
    path: (pem) => {
      const node = quoted(escaped(keep(pem, "pem")));
      nodes.set(node, undefined);
      return node;
    },
    files: () => [...files.values()],
    placesIn: (root) => (nodes.size === 0 ? [] : placesOf(root, [], nodes)),
  };
}

/** The text with each `$` doubled, so that the collector reads it as it was. */
export function escaped(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/**
 * Cuts a text in two where one file with all of it would be misread. Where the collector wants a text it takes the
 * content of a file as it stands, but it reads the content as YAML first, and must not take it for null or for a number
 * that it cannot hold.
 */
function piecesOf(text: string): readonly string[] {
  if (!/^\s*(?:#.*|~|null|Null|NULL|[+\d_]{19,})\s*$/s.test(text)) return [text];
  const half = Math.ceil(text.length / 2);
  return [text.slice(0, half), text.slice(half)];
}

function placesOf(
  node: unknown,
  path: readonly string[],
  nodes: ReadonlyMap<unknown, string | undefined>,
): readonly OfferedValue[] {
  if (isMap(node)) {
    return node.items.flatMap(({ key, value }) =>
      placesOf(value, [...path, ...(keyText(key) ?? "").split("::")], nodes),
    );
  }
  if (isSeq(node)) {
    return node.items.flatMap((item, at) => placesOf(item, [...path, `[${at}]`], nodes));
  }
  if (!nodes.has(node) || !isScalar(node)) return [];
  return [{ path, text: String(node.value), judged: nodes.get(node) }];
}
