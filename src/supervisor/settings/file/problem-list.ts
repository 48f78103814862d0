import type { LineCounter } from "yaml";
import type { ProblemCode, Problem } from "./problem.ts";
import { type Span, createShownLines } from "./shown-lines.ts";

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

/** An empty list for one file. What it costs grows with the mistakes: there may be one in each of many lines. */
export function createProblemList(file: string, source: string, lines: LineCounter): ProblemList {
  const findings = new Set<Finding>();
  const errors = new Map<string, Finding[]>();
  const hidden: Span[] = [];
  const adopted: ProblemList[] = [];
  const add = (severity: Finding["severity"]) => {
    return (code: ProblemCode, path: string, at: number | undefined, message: string): void => {
      const finding = { code, severity, path, at, message };
      findings.add(finding);
      if (severity === "warning") return;
      const beside = errors.get(path);
      if (beside === undefined) errors.set(path, [finding]);
      else beside.push(finding);
    };
  };
  return {
    error: add("error"),
    warn: add("warning"),
    withdraw(path) {
      const all = errors.get(path) ?? [];
      const kept = all.filter((each) => each.code === "key-duplicate");
      if (kept.length > 0) errors.set(path, kept);
      else errors.delete(path);
      const taken = all.filter((each) => each.code !== "key-duplicate");
      for (const each of taken) findings.delete(each);
      return taken.map((each) => each.message);
    },
    hide: (start, end) => void hidden.push([start, end]),
    adopt: (others) => void adopted.push(others),
    lineOf: (offset) => lines.linePos(offset).line,
    hasErrors(path) {
      if (path !== undefined) return errors.has(path);
      return errors.size > 0 || adopted.some((each) => each.hasErrors());
    },
    list() {
      const shownLine = createShownLines(source, hidden);
      const own = [...findings].map((each) => place(each, file, lines, shownLine)).sort(byPlace);
      return [...own, ...adopted.flatMap((each) => each.list())];
    },
  };
}

function place(
  { at, ...finding }: Finding,
  file: string,
  lines: LineCounter,
  shownLine: (start: number) => string,
): Problem {
  if (at === undefined) return { ...finding, file, line: 0, column: 0, sourceLine: "" };
  const { line, col: column } = lines.linePos(at);
  return { ...finding, file, line, column, sourceLine: shownLine(at - column + 1) };
}

function byPlace(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column;
}
