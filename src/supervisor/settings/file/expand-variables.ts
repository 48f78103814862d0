import { resolve } from "node:path";
import { systemCodeOf, messageOf } from "../../../errors.ts";
import { readRegularText } from "../../../files/regular-file.ts";
import { type SourceTexts, isSource, shownSource } from "../../../sources/source.ts";

/** Values of settings are short; the longest are certificates. */
const maxFileBytes = 1024 * 1024;

/** What `${…}` may refer to. */
export interface Sources {
  readonly environment: ReadonlyMap<string, string>;
  /** Files are looked up from here. */
  readonly workingDirectory: string;
  /** What was got from elsewhere so far. */
  readonly fetched?: SourceTexts;
  /** Told of each source whose text is missing. */
  readonly want?: (source: string) => void;
  /** What was last in a configuration file that is gone; without it such a file is an error. */
  readonly copyOf?: (file: string) => string | undefined;
}

/** A text with its references replaced, and what was noticed on the way. */
interface Expansion {
  readonly text: string;
  /** Set when the text was one reference and nothing else: what it stands for, to be read as YAML. */
  readonly whole: string | undefined;
  /** The references by name, without their defaults; empty when there were none. */
  readonly references: readonly string[];
  readonly unset: readonly string[];
  /** All environment variables that were looked up, also those that others refer to. */
  readonly variables: readonly string[];
  readonly faults: readonly Fault[];
}

interface Fault {
  readonly code: "value-invalid" | "file-missing" | "file-unreadable" | "source-unreachable";
  readonly message: string;
}

/** A reference within a reference, and so on: from here on it is taken for one that has no end. */
export const deepestReference = 10;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Replaces `${VAR}`, `${env:VAR:-default}` and `${file:path}`; `$$` becomes `$` and a bare `$NAME` stays. */
export function expandVariables(text: string, sources: Sources): Expansion {
  return expand(text, sources, { depth: 0, within: undefined });
}

/** Where a text stands. */
interface Place {
  readonly depth: number;
  /** The reference to the source or file that it came from: it may be a secret, so that nothing of it is shown. */
  readonly within: string | undefined;
}

function expand(text: string, sources: Sources, place: Place): Expansion {
  const parts = split(text);
  const results = parts.map((part) => expandPart(part, sources, place));
  const only = parts.length === 1 ? results[0] : undefined;
  return {
    text: results.map((each) => each.text).join(""),
    whole: only?.raw,
    references: results.flatMap((each) => each.reference ?? []),
    unset: results.flatMap((each) => each.unset),
    variables: results.flatMap((each) => each.variables),
    faults: results.flatMap((each) => each.faults),
  };
}

interface Part {
  readonly text: string;
  readonly reference: boolean;
}

interface PartResult extends Pick<Expansion, "text" | "unset" | "variables" | "faults"> {
  /** The value before its own references were replaced; undefined for plain text. */
  readonly raw?: string;
  readonly reference?: string;
}

// `$$` first: `$${A}` is the text `${A}`, and `$$${A}` is a dollar sign before the value of A.
function split(text: string): readonly Part[] {
  const parts: Part[] = [];
  const ends = closings(text);
  let plain = "";
  for (let at = 0; at < text.length;) {
    const end = ends.get(at);
    if (end === undefined) {
      plain += text.charAt(at);
      at += text.startsWith("$$", at) ? 2 : 1;
      continue;
    }
    if (plain !== "") parts.push({ text: plain, reference: false });
    parts.push({ text: text.slice(at + 2, end), reference: true });
    plain = "";
    at = end + 1;
  }
  return plain === "" ? parts : [...parts, { text: plain, reference: false }];
}

// Where each reference ends, by where it begins: they nest, `${env:${WHICH}}`, and thousands may have no end.
function closings(text: string): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith("${", at)) open.push(at);
    const begun = text.charAt(at) === "}" ? open.pop() : undefined;
    if (begun !== undefined) ends.set(begun, at);
  }
  return ends;
}

function expandPart(part: Part, sources: Sources, { depth, within }: Place): PartResult {
  if (!part.reference) return { text: part.text, unset: [], variables: [], faults: [] };
  const reference = `\${${nameOf(part.text)}}`;
  const nothing = { text: "", raw: "", reference, unset: [], variables: [], faults: [] };
  // Looked at first, because there may be thousands within one another.
  if (depth > deepestReference) return { ...nothing, ...veiled(endless(reference), within) };
  const inner = expand(part.text, sources, { depth: depth + 1, within });
  const variables = [...inner.variables, ...variableIn(inner.text)];
  // Half a name is not asked for anywhere.
  const found =
    inner.faults.length > 0 ? inner : veiled(lookUp(inner.text, reference, sources), within);
  if (typeof found !== "string") {
    const { unset = [], faults = [] } = found;
    return { ...nothing, variables, unset, faults };
  }
  const mayBeSecret = isElsewhere(inner.text) || inner.text.startsWith("file:");
  const origin = within ?? (mayBeSecret ? reference : undefined);
  const value = expand(found, sources, { depth: depth + 1, within: origin });
  const unset = [...inner.unset, ...value.unset];
  return {
    text: value.text,
    raw: found,
    reference,
    unset,
    variables: [...variables, ...value.variables],
    faults: [...inner.faults, ...value.faults],
  };
}

// A default may be a secret, a name is not.
function nameOf(reference: string): string {
  return shownSource(reference.replace(/:-.*$/s, ""));
}

function variableIn(reference: string): readonly string[] {
  const [name = ""] = cutOnce(reference.replace(/^env:/, ""), ":-");
  return variableName.test(name) ? [name] : [];
}

type Missing = Partial<Pick<Expansion, "unset" | "faults">>;

/** What is wrong with a reference in what may be a secret. */
function veiled<T extends string | Missing>(found: T, within: string | undefined): T | Missing {
  if (typeof found === "string" || within === undefined) return found;
  const { faults = [], unset = [] } = found;
  const message = `what ${within} stands for has a reference in it that cannot be followed; a literal \${ is written $\${`;
  return { unset, faults: faults.map(({ code }) => ({ code, message })) };
}

function endless(reference: string): Missing {
  const message = `${reference} refers to itself, directly or through others`;
  return { faults: [{ code: "value-invalid", message }] };
}

function lookUp(reference: string, written: string, sources: Sources): string | Missing {
  if (reference.startsWith("file:")) return readWhole(reference.slice(5), written, sources);
  if (isElsewhere(reference)) return readElsewhere(reference, written, sources);
  const [name = "", fallback] = cutOnce(reference.replace(/^env:/, ""), ":-");
  if (!variableName.test(name)) return notAReference(written);
  return sources.environment.get(name) ?? fallback ?? { unset: [name] };
}

function notAReference(written: string): Missing {
  const message =
    `${written} is not a reference that is known: expected \${NAME}, \${env:NAME}, ` +
    `\${env:NAME:-default}, \${file:path}, \${ssm:name} or \${secretsmanager:name}; a literal \${ is written $\${`;
  return { faults: [{ code: "value-invalid", message }] };
}

/** Variables are told apart by themselves: theirs may have a default. */
function isElsewhere(reference: string): boolean {
  return isSource(reference) && !reference.startsWith("env:");
}

function readElsewhere(reference: string, written: string, sources: Sources): string | Missing {
  const found = sourceText(reference, sources);
  // As with a file, the line break at its end would be a fault that nobody sees.
  if ("text" in found) return found.text.replace(/\r?\n$/, "");
  const message = `${written} cannot be fetched: ${found.fault}`;
  return { faults: [{ code: "source-unreachable", message }] };
}

/** The text of a source, or why there is none; what nobody has fetched yet is asked for. */
export function sourceText(
  source: string,
  { fetched, want }: Sources,
): { readonly text: string } | { readonly fault: string } {
  const found = fetched?.get(source);
  if (found !== undefined) return found;
  want?.(source);
  return { fault: "it is not fetched here" };
}

function cutOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function readWhole(path: string, written: string, sources: Sources): string | Missing {
  const file = resolve(sources.workingDirectory, path);
  try {
    // Editors end a file with a line break; in a header or a path it would be a fault that nobody sees.
    return readRegularText(file, maxFileBytes).replace(/\r?\n$/, "");
  } catch (error) {
    const code = systemCodeOf(error) === "ENOENT" ? "file-missing" : "file-unreadable";
    const why = shownReason(messageOf(error), [file, path], written);
    return { faults: [{ code, message: `${written} cannot be read: ${why}` }] };
  }
}

// A path that another reference has a part in is not shown: that part may be a secret.
function shownReason(reason: string, paths: readonly string[], written: string): string {
  if (paths.some((path) => written === `\${file:${path}}`)) return reason;
  const known = paths.filter((path) => path !== "");
  return known.reduce((text, path) => text.replaceAll(path, "that file"), reason);
}

/** A reference to a variable, with the path of the key that it stands in. */
export interface VariableReference {
  readonly name: string;
  readonly path: string;
}
