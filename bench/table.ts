import { goalOf, mediansOf, unitOf } from "./goals.ts";

/** All numbers of a contender, by figure. */
export type Collected = ReadonlyMap<string, readonly number[]>;

/** The middle one. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

/** One table in Markdown: each figure with its goal, and with the other supervisor's where there is one. */
export function tableOf(ours: Collected, other: Collected): string {
  const [oursMedians, otherMedians] = [mediansOf(ours), mediansOf(other)];
  const rows = [...ours.keys()].map((figure): readonly string[] => {
    const [own = NaN, others] = [oursMedians.get(figure), otherMedians.get(figure)];
    const goal = goalOf(figure, oursMedians, otherMedians);
    const reached = goal === undefined ? "" : own <= goal.most ? "yes" : "no";
    return [
      figure,
      `${shown(own)} ${unitOf(figure)}`.trim(),
      spread(ours.get(figure) ?? []),
      goal?.words ?? "",
      reached,
      ...(other.size === 0
        ? []
        : [
            others === undefined ? "" : shown(others),
            others === undefined ? "" : ratio(own, others),
          ]),
    ];
  });
  const heads = ["figure", "median", "all", "goal", "reached"];
  return markdown([[...heads, ...(other.size === 0 ? [] : ["other", "ours / other"])], ...rows]);
}

function ratio(own: number, others: number): string {
  return others === 0 ? "" : (own / others).toFixed(2);
}

function spread(numbers: readonly number[]): string {
  return numbers
    .toSorted((a, b) => a - b)
    .map(shown)
    .join(" ");
}

function shown(number: number): string {
  return number < 10 && !Number.isInteger(number)
    ? number.toFixed(1)
    : Math.round(number).toLocaleString("en");
}

function markdown(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(3, ...rows.map((row) => (row[at] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [head = [], ...rest] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rest.map(line)].join("\n");
}
