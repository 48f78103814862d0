import { test, expect } from "vitest";
import type { Problem } from "../../../../src/supervisor/settings/file/problem.ts";
import { formatProblem } from "../../../../src/supervisor/settings/file/problem-text.ts";

const problem: Problem = {
  code: "key-unknown",
  severity: "error",
  path: "server.endpiont",
  file: "supervisor.yaml",
  line: 2,
  column: 3,
  sourceLine: "  endpiont: ws://h",
  message: "unknown key; did you mean endpoint?",
};

test("a problem is its place, its path, its message, the line and a caret", () => {
  expect(formatProblem(problem)).toBe(
    [
      "supervisor.yaml:2:3: server.endpiont: unknown key; did you mean endpoint?",
      "    endpiont: ws://h",
      "    ^",
    ].join("\n"),
  );
});

test("a warning says that it is one", () => {
  expect(formatProblem({ ...problem, severity: "warning" })).toContain(
    ": server.endpiont: warning: unknown",
  );
});

test("a problem of the whole file has no place and no line", () => {
  const whole = {
    ...problem,
    path: "",
    line: 0,
    column: 0,
    sourceLine: "",
    message: "no such file",
  };
  expect(formatProblem(whole)).toBe("supervisor.yaml: no such file");
});

test("tabs before the place stay tabs in the caret line", () => {
  const text = formatProblem({ ...problem, sourceLine: "\ta\tb: c", column: 4 });
  expect(text.split("\n").slice(1)).toEqual(["  \ta\tb: c", "  \t \t^"]);
});

test("control characters of the file do not reach the terminal", () => {
  expect(formatProblem({ ...problem, sourceLine: "a\u001b[2Jb" })).toContain("a?[2Jb");
  expect(formatProblem({ ...problem, path: "a\u001b[2J\nb" })).toContain(": a?[2J?b: ");
});

test("a long line is cut around the place, which the caret still marks", () => {
  const sourceLine = `${"a".repeat(500)}X${"b".repeat(500)}`;
  const [, line = "", caret = ""] = formatProblem({ ...problem, sourceLine, column: 501 }).split(
    "\n",
  );
  expect(line.length).toBeLessThan(160);
  expect(line.charAt(caret.indexOf("^"))).toBe("X");
});

test("a long line with its place at the start is cut at its end only", () => {
  const sourceLine = `X${"b".repeat(500)}`;
  const [, line = "", caret = ""] = formatProblem({ ...problem, sourceLine, column: 1 }).split(
    "\n",
  );
  expect(line.length).toBeLessThan(160);
  expect(line.charAt(caret.indexOf("^"))).toBe("X");
});
