import { type Document, isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import { namesSecret, redacted } from "../../redact.ts";
import { redactWords } from "./redact-words.ts";

/** How strictly a value is judged: by what stands above it. */
type Care = "words" | "command" | "secret";

/**
 * A YAML text for a bug report: nothing that may be secret, and no comments, in which anything may stand. Undefined for
 * what cannot be read as YAML: where its values begin and end is not known then.
 */
export function redactYaml(text: string): string | undefined {
  try {
    const documents = parseAllDocuments(text, { logLevel: "silent", uniqueKeys: false });
    if (!Array.isArray(documents)) return "";
    if (documents.some(({ errors }) => errors.length > 0)) return undefined;
    for (const document of documents) clean(document);
    return documents.map((each) => each.toString({ lineWidth: 0 })).join("");
  } catch {
    // Anchors without end, or what cannot be written again.
    return undefined;
  }
}

function clean(document: Document): void {
  document.commentBefore = null;
  document.comment = null;
  const secret = new Set<unknown>();
  const walk = (node: unknown, care: Care): void => {
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (care !== "words" && target !== undefined && !secret.has(target)) walk(target, care);
      return;
    }
    if (care !== "words") secret.add(node);
    uncomment(node);
    if (isMap(node)) {
      const keys = node.items.map(({ key }) => textOf(key));
      for (const [at, pair] of node.items.entries()) {
        walk(pair.key, "words");
        walk(pair.value, stricter(care, careFor(keys[at] ?? "", keys)));
      }
    } else if (isSeq(node)) {
      for (const item of node.items) walk(item, care);
    } else if (isScalar(node)) {
      const binary = node.tag !== undefined && node.tag.includes("binary");
      // What stood under a secret key already stays so, whoever else refers to it.
      const value = redactValue(
        node.value,
        binary || secret.has(node) ? stricter(care, binary ? "secret" : "words") : care,
      );
      if (value === node.value) return;
      node.value = value;
      delete node.tag;
      delete node.source;
    }
  };
  walk(document.contents, "words");
}

function uncomment(node: unknown): void {
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return;
  node.commentBefore = null;
  node.comment = null;
}

function textOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}

function careFor(key: string, siblings: readonly string[]): Care {
  if (namesSecret(key)) return "secret";
  // The key of an attribute, beside what is done with it, is none that opens anything.
  if (/^(?:key|keys|pair)$/i.test(key) && !siblings.includes("action")) return "secret";
  return /^args$|commands?$/i.test(key) ? "command" : "words";
}

function stricter(a: Care, b: Care): Care {
  return a === "secret" || b === "secret" ? "secret" : a === "command" ? a : b;
}

/** A value as it may be shown, judged by what stands above it. */
function redactValue(value: unknown, care: Care): unknown {
  if (value === null || value === undefined || typeof value === "boolean") return value;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (care === "secret") return isReference(text) || text === "" ? value : redacted;
  if (care === "command") return redactArgument(text);
  return typeof value === "string" ? redactWords(value) : value;
}

/** A variable is named, and its value is not there. */
function isReference(text: string): boolean {
  return /^\$\{(?:env:|file:)?[\w./-]+\}$/.test(text);
}

/** Of a command line the program and the names of its flags. */
function redactArgument(text: string): string {
  if (/^--?[\w.-]+$/.test(text)) return text;
  const [, flag] = /^(--?[\w.-]+=)/.exec(text) ?? [];
  if (flag !== undefined) return `${flag}${redacted}`;
  return text.startsWith("/") || isReference(text) ? redactWords(text) : redacted;
}

/** The same for what was read from JSON; texts of configurations in it are read as YAML. */
export function redactTree(tree: unknown, care: "words" | "secret" = "words"): unknown {
  if (Array.isArray(tree)) return tree.map((each) => redactTree(each, care));
  if (typeof tree !== "object" || tree === null) return redactValue(tree, care);
  const keys = Object.keys(tree);
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => {
      const wanted = care === "secret" || careFor(key, keys) !== "words" ? "secret" : "words";
      if (key === "text" && typeof value === "string" && wanted === "words") {
        return [key, redactYaml(value) ?? leftOut];
      }
      return [redactWords(key), redactTree(value, wanted)];
    }),
  );
}

/** Stands for a text in which secrets could not be told from the rest. */
export const leftOut =
  "(left out: this could not be read as YAML, so what is secret in it is not known)\n";
