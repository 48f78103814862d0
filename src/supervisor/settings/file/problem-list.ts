import type { LineCounter } from "yaml";
import type { ProblemCode, Problem } from "./problem.ts";

/** A problem before its line is looked up. */
interface Finding {
  readonly code: ProblemCode;
  readonly severity: "error" | "warning";
  readonly path: string;
  /** Offset into the file; undefined when it has no place there. */
  readonly at: number | undefined;
  readonly message: string;
}

/** Gathers what is wrong with one file, and which parts of it may not be shown. */
export interface ProblemList {
  error(code: ProblemCode, path: string, at: number | undefined, message: string): void;
  warn(code: ProblemCode, path: string, at: number | undefined, message: string): void;
  /** Takes back the errors about a key's value because another one explains them; answers their messages. */
  withdraw(path: string): readonly string[];
  /** No problem shows this part of the file. */
  hide(start: number, end: number): void;
  /** Takes in what is wrong with another file that this one names. */
  adopt(others: ProblemList): void;
  lineOf(offset: number): number;
  /** About that key, or about any. */
  hasErrors(path?: string): boolean;
  /** All of them, from the top of the file to its end, then those of other files. */
  list(): readonly Problem[];
}

/** An empty list for one file. */
export function createProblemList(file: string, source: string, lines: LineCounter): ProblemList {
  let findings: Finding[] = [];
  const hidden: (readonly [number, number])[] = [];
  const adopted: ProblemList[] = [];
  const add = (severity: Finding["severity"]) => {
    return (code: ProblemCode, path: string, at: number | undefined, message: string): void => {
      findings.push({ code, severity, path, at, message });
    };
  };
  return {
    error: add("error"),
    warn: add("warning"),
    withdraw(path) {
      const taken = findings.filter(
        (each) => isErrorAt(each, path) && each.code !== "key-duplicate",
      );
      findings = findings.filter((each) => !taken.includes(each));
      return taken.map((each) => each.message);
    },
    hide: (start, end) => void hidden.push([start, end]),
    adopt: (others) => void adopted.push(others),
    lineOf: (offset) => lines.linePos(offset).line,
    hasErrors(path) {
      if (findings.some((each) => isErrorAt(each, path))) return true;
      return path === undefined && adopted.some((each) => each.hasErrors());
    },
    list() {
      const own = findings.map((each) => place(each, file, source, lines, hidden)).sort(byPlace);
      return [...own, ...adopted.flatMap((each) => each.list())];
    },
  };
}

function isErrorAt({ severity, path: own }: Finding, path: string | undefined): boolean {
  return severity === "error" && (path === undefined || path === own);
}

function place(
  { at, ...finding }: Finding,
  file: string,
  source: string,
  lines: LineCounter,
  hidden: readonly (readonly [number, number])[],
): Problem {
  if (at === undefined) return { ...finding, file, line: 0, column: 0, sourceLine: "" };
  const { line, col: column } = lines.linePos(at);
  const start = at - column + 1;
  const sourceLine = withoutSecrets(wholeLine(source, start), start, hidden);
  return { ...finding, file, line, column, sourceLine };
}

function wholeLine(source: string, start: number): string {
  const end = source.indexOf("\n", start);
  return source.slice(start, end === -1 ? undefined : end).replace(/\r$/, "");
}

function withoutSecrets(
  line: string,
  start: number,
  hidden: readonly (readonly [number, number])[],
): string {
  const touching = hidden.filter(([from, to]) => from < start + line.length && to > start);
  const first = Math.min(...touching.map(([from]) => Math.max(0, from - start)), line.length);
  const shown = first < line.length ? `${line.slice(0, first)}***` : line;
  // What stands behind an address's question mark may be a key, as in one that is presigned; in a comment may stand
  // settings that are turned off, with all their secrets.
  return shown
    .replace(/(^|\s)#.*$/s, "$1#***")
    .replaceAll(/\/\/[^/@\s]*@/g, "//***@")
    .replaceAll(/(https?:[^\s?]*\?)\S*/gi, "$1***");
}

function byPlace(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column;
}
