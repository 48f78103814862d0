import { isScalar } from "yaml";
import { opensTooDeep } from "../agent-config/yaml/depth.ts";
import { readFirstDocument } from "../agent-config/yaml/first-document.ts";

/** One `${…}` of a configuration. */
export interface Reference {
  /** In lower case; `env` for a bare name; undefined when it is put together from other references. */
  readonly scheme: string | undefined;
  /** What follows the scheme. */
  readonly rest: string;
}

/** Nobody writes so many into each other; which provider one of them means cannot be known. */
const deepest = 100;

/**
 * The references in a text, inner ones first, as the collector finds them: the first `}` closes the last `${`, and an
 * even number of `$` is text.
 */
export function referencesIn(text: string): readonly Reference[] {
  const found: Reference[] = [];
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (opensAt(text, at) && open.push(at + 2) > deepest)
      return [{ scheme: undefined, rest: text }];
    if (text.charAt(at) !== "}") continue;
    const from = open.pop();
    if (from !== undefined) found.push(referenceOf(text.slice(from, at)));
  }
  return found;
}

function opensAt(text: string, at: number): boolean {
  if (!text.startsWith("${", at)) return false;
  let dollars = 0;
  while (text.charAt(at - dollars) === "$") dollars += 1;
  return dollars % 2 === 1;
}

function referenceOf(inner: string): Reference {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(inner) ?? [];
  if (scheme !== undefined) return { scheme: scheme.toLowerCase(), rest: rest ?? "" };
  const nested = inner.includes("${");
  return { scheme: nested ? undefined : "env", rest: inner };
}

/** A reference for people: `${file:/etc/passwd}`, defaults and inline settings left out. */
export function referenceText({ scheme, rest }: Reference): string {
  if (scheme === undefined) return "${${…}…}";
  if (scheme === "env") return `\${env:${rest.replace(/:-.*$/s, ":-…")}}`;
  if (scheme === "yaml") return "${yaml:…}";
  return `\${${withoutSecrets(`${scheme}:${rest}`)}}`;
}

/** A text for people: references without what they bring along, URLs as far as their host, no logins and values. */
export function withoutSecrets(text: string): string {
  const reference = referencesIn(text).at(-1);
  if (reference !== undefined && isWhole(text)) return referenceText(reference);
  const plain = text
    .replaceAll(/(?<![^{}])[^{}]+\}/g, (part) => part.replace(/:-.*$/s, ":-…}"))
    .replaceAll(/\b(https?:\/\/[^/?#\s;,]*)[^\s;,]*/gi, "$1")
    .replaceAll(/(?<![^\s/@=;,])[^\s/@=;,]*@/g, "")
    .replaceAll(/=(?![a-z]+:\/\/)[^;\s&]+/gi, "=…");
  const end = plain.slice(Math.max(0, plain.indexOf("://"))).search(/[?#]/);
  return plain.includes("://") && end !== -1 ? plain.slice(0, plain.indexOf("://") + end) : plain;
}

/** True when a value is one reference and nothing else: only then may it become a map or a list. */
export function isWhole(text: string): boolean {
  return /^\s*\$\{[\s\S]*\}\s*$/.test(text);
}

/** True of `${env:NAME}` and `${NAME}` alone: their values are set on this machine. */
export function isLocalValue(text: string): boolean {
  return /^\s*\$\{(env:)?[A-Za-z_][A-Za-z0-9_]*\}\s*$/.test(text);
}

/** True when a reference carries a text of its own that reads as a map or a list, or may once it is put together. */
export function carriesSettings({ scheme, rest }: Reference): boolean {
  const carried = scheme === "yaml" ? rest : (/^[^:]*:-(.*)$/s.exec(rest)?.[1] ?? "");
  if (carried.trim() === "") return false;
  // The inner one is judged by itself.
  if (carried.includes("${")) return !isOne(carried.trim());
  if (opensTooDeep(carried)) return true;
  try {
    const { document, error } = readFirstDocument(carried, {
      logLevel: "silent",
      prettyErrors: false,
      // The parser's own check is quadratic.
      uniqueKeys: false,
    });
    return error === undefined && !isScalar(document?.contents);
  } catch {
    // Too deep for the parser, so it is no plain value.
    return true;
  }
}

function isOne(text: string): boolean {
  const last = referencesIn(text).at(-1);
  return last !== undefined && isWhole(text) && !/\}.*\$\{/s.test(text);
}
