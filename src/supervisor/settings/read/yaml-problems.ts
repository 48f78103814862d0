import { type Document, isMap } from "yaml";
import { knownKeys } from "../keys/known-keys.ts";
import type { ProblemList } from "../file/problem-list.ts";

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
  for (const error of errors) {
    const place = placeIn(source, error.pos[0]);
    const indented = error.code === "BAD_INDENT" ? wrongIndent(source, place) : undefined;
    problems.error(
      "yaml-invalid",
      "",
      indented?.at ?? place,
      indented?.message ?? `${wording(error.code, error.message)}${unquoted(source, place)}`,
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
function unquoted(source: string, place: number): string {
  const start = source.lastIndexOf("\n", place - 1) + 1;
  const within = /[[{,]\s*[^\s,"']*\$\{/.test(source.slice(start, place + 2));
  return within ? ": inside [ ] and { } a value with ${…} stands in quotes" : "";
}

interface WrongIndent {
  readonly at: number;
  readonly message: string;
}

const keyLine = /^( *)(?:- )?([\w.-]+)\s*:/;

/** A key with too many or too few spaces, beside those above it whose neighbour it may have been meant to be. */
function wrongIndent(source: string, place: number): WrongIndent | undefined {
  const start = source.lastIndexOf("\n", place - 1) + 1;
  const [, spaces = "", key] = keyLine.exec(source.slice(start)) ?? [];
  if (key === undefined) return undefined;
  const above = new Map<number, string>();
  for (const text of source.slice(0, start).split("\n").toReversed()) {
    const [, before = "", name = ""] = keyLine.exec(text) ?? [];
    if (name === "" || [...above.keys()].some((known) => known <= before.length)) continue;
    above.set(before.length, name);
  }
  const neighbours = [...above].map(([indent, name]) => `${count(indent)} as ${name}`).join(" or ");
  if (neighbours === "") return undefined;
  const message = `${key} is indented by ${count(spaces.length)}: expected ${neighbours} above it`;
  return { at: start + spaces.length, message };
}

function count(spaces: number): string {
  return spaces === 1 ? "1 space" : `${spaces === 0 ? "no" : spaces} spaces`;
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
