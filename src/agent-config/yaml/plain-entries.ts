import { type Pair, isScalar, isMap } from "yaml";
import { readPlainRuns, type Run } from "./read-plain.ts";

/** A text without its plain entries, and what was taken out of it. */
interface Taken {
  readonly rest: string;
  /** By where their first key stands in the rest. */
  readonly runs: ReadonlyMap<number, readonly Pair[]>;
  /** The offset in the whole text for the beginning of any node, wherever it was read. */
  readonly placeOf: (offset: number) => number;
}

/** Stands for the entries that were taken out, behind the first of their keys. */
const placeholder = "x";

/**
 * Takes out of a text what a large configuration mostly consists of: entries on lines of their own without comments,
 * anchors or text over several lines. To read them here costs a tenth of what the parser takes. All else is left to
 * it, and so is the decision whether such lines are entries at all.
 */
export function takePlainEntries(text: string): Taken {
  const runs = new Map<number, readonly Pair[]>();
  const cuts: { readonly at: number; readonly removed: number }[] = [];
  let rest = "";
  let done = 0;
  for (const { keyEnd, end, pairs } of readPlainRuns(text)) {
    rest += text.slice(done, keyEnd);
    runs.set(rest.length - keyLength(pairs), pairs);
    rest += `: ${placeholder}`;
    cuts.push({ at: rest.length, removed: end - rest.length });
    done = end;
  }
  rest += text.slice(done);
  const removedBefore = (offset: number): number =>
    cuts.findLast(({ at }) => at <= offset)?.removed ?? 0;
  return {
    rest,
    runs,
    placeOf: (offset) => (offset < 0 ? -1 - offset : offset + removedBefore(offset)),
  };
}

function keyLength([first]: Run["pairs"]): number {
  return isScalar(first?.key) ? (first.key.source?.length ?? 0) : 0;
}

/** Puts the entries into the tree of the rest; false when one of the places turns out not to be one for entries. */
export function putBack(root: unknown, runs: Taken["runs"]): boolean {
  return putInto(root, runs) === runs.size;
}

function putInto(map: unknown, runs: Taken["runs"]): number {
  if (!isMap(map) || map.flow === true) return 0;
  let found = 0;
  const items: Pair[] = [];
  for (const pair of map.items) {
    items.push(pair);
    const [first, ...others] = runs.get(offsetOf(pair.key)) ?? [];
    if (first === undefined) {
      found += putInto(pair.value, runs);
    } else if (isPlaceholder(pair.value)) {
      // Its key stays: the parser may have found a comment above it.
      pair.value = first.value;
      for (const other of others) items.push(other);
      found += 1;
    }
  }
  map.items = items;
  return found;
}

function offsetOf(node: unknown): number {
  return isScalar(node) ? (node.range?.[0] ?? -1) : -1;
}

function isPlaceholder(node: unknown): boolean {
  if (!isScalar(node) || node.value !== placeholder) return false;
  const { anchor, tag, comment, commentBefore, spaceBefore } = node;
  return [anchor, tag, comment, commentBefore, spaceBefore].every((look) => look === undefined);
}
