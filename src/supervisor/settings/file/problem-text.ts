import type { Problem } from "./problem.ts";

const longestLine = 140;

/** `file:line:column: path: message`, then the source line and a caret under the place. */
export function formatProblem(problem: Problem): string {
  const place = problem.line > 0 ? `:${problem.line}:${problem.column}` : "";
  const path = problem.path.replaceAll(control, "?").replaceAll(/[\n\t]/g, "?");
  const subject = path === "" ? "" : `${path}: `;
  const warning = problem.severity === "warning" ? "warning: " : "";
  const message = problem.message.replaceAll(control, "?");
  const head = `${problem.file}${place}: ${subject}${warning}${message}`;
  if (problem.line === 0) return head;
  const [line, column] = shorten(problem.sourceLine, problem.column);
  // A tab stays a tab in the caret line, so that both lines are as wide wherever they are printed.
  const indent = line.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  return `${head}\n  ${line.replaceAll(control, "?")}\n  ${indent}^`;
}

// A terminal would obey these.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

function shorten(line: string, column: number): [string, number] {
  const first = Math.max(0, column - longestLine + 20);
  const cut = line.slice(first, first + longestLine);
  const end = first + longestLine < line.length ? "…" : "";
  return first === 0 ? [cut + end, column] : [`…${cut}${end}`, column - first + 1];
}
