/** One line of a comparison; numbers count from 1, and are absent where the line is not in that text. */
export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** Lines that stand together; `hidden` same ones are left out before them. */
export interface Hunk {
  readonly hidden: number;
  readonly lines: readonly DiffLine[];
}

/** More pairs of lines than this are not compared one by one: both texts are shown whole. */
const mostPairs = 4_000_000;

/** Compares two texts by lines. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const head = commonHead(old, now);
  const tail = commonTail(old, now, head);
  const middle = compare(
    old.slice(head, old.length - tail),
    now.slice(head, now.length - tail),
    head,
  );
  const same = (index: number, shift: number): DiffLine => ({
    kind: "same",
    text: old[index] ?? "",
    before: index + 1,
    after: index + 1 + shift,
  });
  const shift = now.length - old.length;
  return [
    ...old.slice(0, head).map((_, index) => same(index, 0)),
    ...middle,
    ...old.slice(old.length - tail).map((_, index) => same(old.length - tail + index, shift)),
  ];
}

/** The changed parts with a few lines around them. */
export function hunksOf(lines: readonly DiffLine[], around = 3): readonly Hunk[] {
  const near = lines.map(() => false);
  lines.forEach(({ kind }, index) => {
    if (kind === "same") return;
    near.fill(true, Math.max(0, index - around), index + around + 1);
  });
  const hunks: { hidden: number; lines: DiffLine[] }[] = [];
  const at = { hidden: 0 };
  lines.forEach((line, index) => {
    if (near[index] !== true) {
      at.hidden += 1;
      return;
    }
    if (at.hidden > 0 || hunks.length === 0) hunks.push({ hidden: at.hidden, lines: [] });
    at.hidden = 0;
    hunks.at(-1)?.lines.push(line);
  });
  return hunks;
}

function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  return text.replace(/\n$/, "").split("\n");
}

function commonHead(one: readonly string[], other: readonly string[]): number {
  const most = Math.min(one.length, other.length);
  for (let index = 0; index < most; index++) if (one[index] !== other[index]) return index;
  return most;
}

function commonTail(one: readonly string[], other: readonly string[], head: number): number {
  const most = Math.min(one.length, other.length) - head;
  for (let index = 0; index < most; index++) {
    if (one[one.length - 1 - index] !== other[other.length - 1 - index]) return index;
  }
  return most;
}

/** The longest common subsequence, by the table of its lengths. */
function compare(
  old: readonly string[],
  now: readonly string[],
  offset: number,
): readonly DiffLine[] {
  const removed = (index: number): DiffLine => ({
    kind: "removed",
    text: old[index] ?? "",
    before: offset + index + 1,
    after: undefined,
  });
  const added = (index: number): DiffLine => ({
    kind: "added",
    text: now[index] ?? "",
    before: undefined,
    after: offset + index + 1,
  });
  if (old.length * now.length > mostPairs) {
    return [...old.map((_, index) => removed(index)), ...now.map((_, index) => added(index))];
  }
  const width = now.length + 1;
  const lengths = lengthsOf(old, now);
  const lines: DiffLine[] = [];
  for (let i = 0, j = 0; i < old.length || j < now.length;) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      const text = old[i] ?? "";
      lines.push({ kind: "same", text, before: offset + i + 1, after: offset + j + 1 });
      i += 1;
      j += 1;
    } else if (
      j >= now.length ||
      (i < old.length && (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      lines.push(removed(i));
      i += 1;
    } else {
      lines.push(added(j));
      j += 1;
    }
  }
  return lines;
}

function lengthsOf(old: readonly string[], now: readonly string[]): Uint32Array {
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const below = lengths[(i + 1) * width + j] ?? 0;
      const right = lengths[i * width + j + 1] ?? 0;
      lengths[i * width + j] =
        old[i] === now[j] ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(below, right);
    }
  }
  return lengths;
}
