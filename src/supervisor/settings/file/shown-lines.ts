/** Offsets of a part of a text: its first character, and the one behind its last. */
export type Span = readonly [number, number];

/** Lines of a text by where they begin, without what is hidden in them: thousands of problems may show one long line. */
export function createShownLines(
  source: string,
  hidden: readonly Span[],
): (start: number) => string {
  const firstHidden = createFirstHidden(hidden);
  const shown = new Map<number, string>();
  return (start) => {
    const known = shown.get(start);
    if (known !== undefined) return known;
    const line = wholeLine(source, start);
    const text = withoutSecrets(line, firstHidden(start, start + line.length) - start);
    shown.set(start, text);
    return text;
  };
}

function wholeLine(source: string, start: number): string {
  const end = source.indexOf("\n", start);
  return source.slice(start, end === -1 ? undefined : end).replace(/\r$/, "");
}

/** Where the first hidden character between two offsets stands; the second of them where there is none. */
function createFirstHidden(hidden: readonly Span[]): (start: number, end: number) => number {
  const spans = hidden.toSorted(([a], [b]) => a - b);
  const reaches: number[] = [];
  for (const [, to] of spans) reaches.push(Math.max(to, reaches.at(-1) ?? 0));
  return (start, end) => {
    const next = countUpTo(spans, start);
    if ((reaches[next - 1] ?? 0) > start) return start;
    return Math.min(spans[next]?.[0] ?? end, end);
  };
}

// How many of them begin at an offset or before it.
function countUpTo(spans: readonly Span[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.[0] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function withoutSecrets(line: string, first: number): string {
  const shown = first < line.length ? `${line.slice(0, first)}***` : line;
  // What stands behind an address's question mark may be a key, as in one that is presigned; in a comment may stand
  // settings that are turned off, with all their secrets.
  return shown
    .replace(/(^|\s)#.*$/s, "$1#***")
    .replaceAll(/\/\/[^/@\s]*@/g, "//***@")
    .replaceAll(/(https?:[^\s?]*\?)\S*/gi, "$1***");
}
