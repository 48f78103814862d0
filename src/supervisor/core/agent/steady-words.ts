/** So much of the agent's last words goes into health and status; the log has all. */
const maxCharacters = 400;

/** What is another one at each end, and what stands for it. */
const changing: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?[ \t]*/g, ""],
  [/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d+)?[ \t]*/g, ""],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, "…"],
  [/\b0x[0-9a-f]+\b/gi, "0x…"],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{16,}\b/gi, "…"],
  [/\bgoroutine \d+/g, "goroutine …"],
  [/\b(pid["']?[ =:]+)\d+/gi, "$1…"],
  [/(\d|\]):\d+(?=->)/g, "$1:…"],
  [/(\bserving \S+):\d+/g, "$1:…"],
];

/** The last words of an agent as they are the same at each such end, and short enough for a report. */
export function steadyWords(lines: readonly string[]): string {
  const steady = [...new Set(lines.map(withoutChanges))];
  // The beginning of an error says what happened; of records the newest do.
  const fromStart = /^(?:Error: |panic: |fatal error: )/.test(steady[0] ?? "");
  return fromStart ? cut(steady.join("\n")) : newest(steady);
}

function withoutChanges(line: string): string {
  return changing.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line);
}

function newest(lines: readonly string[]): string {
  const fits = (from: number): boolean => lines.slice(from).join("\n").length <= maxCharacters;
  const from = lines.findIndex((_, index) => fits(index));
  return from === -1 ? cut(lines.at(-1) ?? "") : lines.slice(from).join("\n");
}

function cut(text: string): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1)}…`;
}
