import { type Document, isMap } from "yaml";
import { knownKeys } from "../keys/known-keys.ts";
import type { ProblemList } from "../file/problem-list.ts";
import { createWrongIndent } from "../file/wrong-indent.ts";

/** What a file is to hold, in the words that problems use. */
interface Expected {
  readonly least: string;
  readonly keys: string;
}

const settings: Expected = {
  least: "at least server.endpoint and agent.executable",
  keys: "server, agent, capabilities",
};

/** Reports what keeps a text from being YAML, or from being settings at all; true when there was such a thing. */
export function reportYaml(
  document: Document.Parsed,
  source: string,
  problems: ProblemList,
  expected: Expected = settings,
): boolean {
  const errors = document.errors.filter((error) => error.code !== "MULTIPLE_DOCS");
  if (errors.length > 0) hideUnknownValues(source, problems);
  const wrongIndent = createWrongIndent(source);
  const unquoted = createUnquoted(source);
  for (const error of errors) {
    const place = placeIn(source, error.pos[0]);
    const indented = error.code === "BAD_INDENT" ? wrongIndent(place) : undefined;
    problems.error(
      "yaml-invalid",
      "",
      indented?.at ?? place,
      indented?.message ?? `${wording(error.code, error.message)}${unquoted(place)}`,
    );
  }
  for (const { pos, message } of document.warnings) {
    // A tag that nobody knows may be a password that begins so.
    problems.hide(...pos);
    problems.warn("yaml-invalid", "", pos[0], unquotedText(message));
  }
  if (errors.length > 0) return true;
  const second = document.errors[0];
  if (second !== undefined) {
    // Where the secrets in it stand is not known.
    problems.hide(second.pos[0] + "---".length, source.length);
    const message = "a second document begins here: only the first one is read";
    problems.warn("yaml-invalid", "", second.pos[0], message);
  }
  return reportShape(document, problems, expected);
}

function reportShape(
  { contents }: Document.Parsed,
  problems: ProblemList,
  { least, keys }: Expected,
): boolean {
  if (isMap(contents)) return false;
  const isEmpty = contents === null || ("value" in contents && contents.value === null);
  const message = isEmpty
    ? `the file is empty: expected ${least}`
    : `expected a map with keys such as ${keys}`;
  const code = isEmpty ? "key-missing" : "type-wrong";
  problems.error(code, "", isEmpty ? undefined : contents.range[0], message);
  return true;
}

// An error at the end of the text points behind its last line.
function placeIn(source: string, at: number): number {
  return at < source.length ? at : Math.max(0, source.trimEnd().length - 1);
}

function wording(code: string, message: string): string {
  const text = unquotedText(message.charAt(0).toLowerCase() + message.slice(1));
  if (code === "TAB_AS_INDENT") return `${text}: use spaces`;
  return text;
}

/** Without the piece of the text that the parser repeats: it may be a secret, and its line is shown where it is none. */
function unquotedText(message: string): string {
  return message.replace(
    /(YAML token|token in YAML \w+|extra characters|scalar value, but found|[Uu]nresolved \w+[^:]*|[Dd]irective \w*|%\w+ directive[^:]*): ?[^]*$/,
    "$1",
  );
}

/** A brace begins a map where YAML lists its values in brackets. */
const bracedReference = /[[{,]\s*[^\s,"']*?\$\{/;

/** Advice for a place behind such a brace; many places may be on one long line. */
function createUnquoted(source: string): (place: number) => string {
  let line = { start: 0, end: -1, braced: 0 };
  return (place) => {
    if (place < line.start || place > line.end) line = lineAt(source, place);
    const within = line.braced <= place + 2;
    return within ? ": inside [ ] and { } a value with ${…} stands in quotes" : "";
  };
}

/** A line, and the end of the first reference in it that stands in brackets without quotes. */
function lineAt(source: string, place: number): { start: number; end: number; braced: number } {
  const start = source.lastIndexOf("\n", place - 1) + 1;
  const next = source.indexOf("\n", start);
  const end = next === -1 ? source.length : next;
  const text = source.slice(start, end);
  const found = bracedReference.exec(text);
  return { start, end, braced: found === null ? Infinity : start + found.index + found[0].length };
}

const line = /^(\s*(?:-\s+)*)(?:(["']?)([\w.-]+)\2\s*:)?[ \t]*(.*)$/gm;

/** Behind a harmless key on its line there may be others, in braces or behind a comma. */
const otherKeys = /(?<!\$)\{|["']?:(?:[\s"'{[]|$)/;

// In broken YAML nobody knows which value is a secret, so only values of keys that never are may be shown.
function hideUnknownValues(source: string, problems: ProblemList): void {
  const harmless = harmlessNames();
  for (const match of source.matchAll(line)) {
    const [whole, , , key, value = ""] = match;
    if (value === "") continue;
    if (key !== undefined && harmless.has(key) && !otherKeys.test(value)) continue;
    const end = match.index + whole.length;
    problems.hide(end - value.length, end);
  }
}

// `console` and the like hold anything, and an unfinished list item has no key at all.
function harmlessNames(): ReadonlySet<string> {
  const rules = Object.entries(knownKeys);
  const shown = rules.filter(([, rule]) => !("secret" in rule) && rule.type !== "any");
  const secret = rules.filter(([, rule]) => "secret" in rule).map(([path]) => lastOf(path));
  const names = shown.flatMap(([path]) => path.replaceAll("[]", "").split("."));
  return new Set(names.filter((name) => !secret.includes(name)));
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
