import { type Document, isAlias, isMap, isNode, isScalar, isSeq, parseAllDocuments } from "yaml";
import { namesSecret, redacted } from "../../redact.ts";
import { type Hide, redactWords } from "./redact-words.ts";

/** How strictly a value is judged: by what stands above it. */
type Care = "words" | "command" | "secret";

/**
 * A YAML text for a bug report: nothing that may be secret, and no comments, in which anything may stand. Undefined for
 * what cannot be read as YAML: where its values begin and end is not known then. What is known to be secret is hidden in
 * the values first, or a part of it would be left.
 */
export function redactYaml(text: string, hide: Hide): string | undefined {
  try {
    const documents = parseAllDocuments(text, { logLevel: "silent", uniqueKeys: false });
    if (!Array.isArray(documents)) return "";
    if (documents.some(({ errors }) => errors.length > 0)) return undefined;
    for (const document of documents) clean(document, hide);
    return documents.map((each) => each.toString({ lineWidth: 0 })).join("");
  } catch {
    // Anchors without end, or what cannot be written again.
    return undefined;
  }
}

function clean(document: Document, hide: Hide): void {
  document.commentBefore = null;
  document.comment = null;
  // What stood under a secret key already stays so, whoever else refers to it.
  const cares = new Map<unknown, Care>();
  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const walk = (node: unknown, wanted: Care): void => {
    uncomment(node);
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) return;
      const former = cares.get(target) ?? "words";
      if (stricter(former, wanted) !== former) walk(target, wanted);
      return;
    }
    const care = stricter(wanted, cares.get(node) ?? "words");
    cares.set(node, care);
    if (isMap(node)) {
      const texts = node.items.map(
        ({ key, value }) => [textOf(resolved(key)), textOf(resolved(value))] as const,
      );
      for (const [at, { key, value }] of node.items.entries()) {
        const below = stricter(care, careFor(texts[at]?.[0] ?? "", texts));
        // `password: {geheim}` is a key without a value.
        walk(key, care === "secret" && isNothing(value) ? care : "words");
        walk(value, below);
      }
    } else if (isSeq(node)) {
      for (const item of node.items) walk(item, care);
    } else if (isScalar(node)) {
      const binary = node.tag !== undefined && node.tag.includes("binary");
      const value = redactValue(node.value, binary ? "secret" : care, hide);
      if (value === node.value) return;
      node.value = value;
      delete node.tag;
      delete node.source;
    }
  };
  walk(document.contents, "words");
}

function isNothing(value: unknown): boolean {
  return value === null || (isScalar(value) && value.value === null);
}

function uncomment(node: unknown): void {
  if (!isNode(node)) return;
  node.commentBefore = null;
  node.comment = null;
}

function textOf(node: unknown): string {
  return isScalar(node) ? String(node.value) : "";
}

/** The keys of a map and their values, where those are texts. */
type Texts = readonly (readonly [key: string, value: string])[];

function careFor(key: string, siblings: Texts): Care {
  if (namesSecret(key)) return "secret";
  // What is no key but names one: `{name: TOKEN, value: ...}`.
  const named = siblings.some(([each, name]) => /^(?:name|key)$/i.test(each) && namesSecret(name));
  if (named && /^value$/i.test(key)) return "secret";
  // The key of an attribute, beside what is done with it, is none that opens anything.
  const acts = siblings.some(([each]) => each === "action");
  if (/^(?:key|keys|pair)$/i.test(key) && !acts) return "secret";
  return /^args$|commands?$/i.test(key) ? "command" : "words";
}

function stricter(a: Care, b: Care): Care {
  return a === "secret" || b === "secret" ? "secret" : a === "command" ? a : b;
}

/** A value as it may be shown, judged by what stands above it. */
function redactValue(value: unknown, care: Care, hide: Hide): unknown {
  if (value === null || value === undefined || typeof value === "boolean") return value;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (care === "secret") return isReference(text) || text === "" ? value : redacted;
  if (care === "command") return redactArgument(hide(text));
  return typeof value === "string" ? redactWords(hide(value)) : value;
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
export function redactTree(tree: unknown, hide: Hide, care: "words" | "secret" = "words"): unknown {
  if (Array.isArray(tree)) return tree.map((each) => redactTree(each, hide, care));
  if (typeof tree !== "object" || tree === null) return redactValue(tree, care, hide);
  const texts = Object.entries(tree).map(([key, value]) => [key, String(value)] as const);
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => {
      const wanted = care === "secret" || careFor(key, texts) !== "words" ? "secret" : "words";
      if (key === "text" && typeof value === "string" && wanted === "words") {
        return [key, redactYaml(value, hide) ?? leftOut];
      }
      const name = care === "secret" && value === null ? redacted : redactWords(hide(key));
      return [name, redactTree(value, hide, wanted)];
    }),
  );
}

/** Stands for a text in which secrets could not be told from the rest. */
export const leftOut =
  "(left out: this could not be read as YAML, so what is secret in it is not known)\n";
