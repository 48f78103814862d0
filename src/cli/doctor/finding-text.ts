import { countGrades, type Finding, type Grade } from "../../doctor/judge/finding.ts";

/** How a text is to look. */
export interface TextStyle {
  readonly columns: number;
  readonly coloured: boolean;
}

const colours: Readonly<Record<Grade, string>> = { ok: "32", warning: "33", problem: "31" };
const indent = " ".repeat(9);
const usualColumns = 80;
const leastColumns = 40;

/** Findings for people: problems last, where the eye rests when the command has ended. */
export function findingsText(findings: readonly Finding[], style: TextStyle): string {
  const ranks: readonly Grade[] = ["ok", "warning", "problem"];
  const sorted = findings.toSorted((a, b) => ranks.indexOf(a.grade) - ranks.indexOf(b.grade));
  const lines = sorted.flatMap((finding) => linesOf(finding, style));
  return `${[...lines, "", countsText(findings)].join("\n")}\n`;
}

function countsText(findings: readonly Finding[]): string {
  const { ok, warning, problem } = countGrades(findings);
  const count = (number: number, word: string): string =>
    `${number} ${word}${number === 1 ? "" : "s"}`;
  return `${ok} in order, ${count(warning, "warning")}, ${count(problem, "problem")}`;
}

function linesOf(
  { grade, found, advice, command, tookMs }: Finding,
  { columns, coloured }: TextStyle,
): readonly string[] {
  const width = Math.max(columns > 0 ? Math.min(columns, 100) : usualColumns, leastColumns);
  const took = tookMs === undefined ? "" : ` [${tookMs} ms]`;
  const [first = "", ...rest] = wrapped(`${found}${took}`, width - indent.length);
  const word = grade.padEnd(indent.length);
  const head = coloured ? `\u001b[${colours[grade]}m${word}\u001b[0m` : word;
  const todo = advice === undefined ? [] : wrapped(`-> ${advice}`, width - indent.length);
  // A command is copied whole: it is never broken.
  const line = command === undefined ? [] : [`   $ ${command}`];
  return [`${head}${first}`, ...[...rest, ...todo, ...line].map((each) => `${indent}${each}`)];
}

/** Lines of at most so many characters, broken at spaces; a longer word stays whole. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
