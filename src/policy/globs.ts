/** A path with wildcards as its segments: `**` for any number of them, `*` for any letters within one. */
export type Glob = readonly string[];

/** The segments of an absolute path, without empty ones and `.`. */
export function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "" && segment !== ".");
}

const wild = /[*?[{]/;

/** Splits at the first segment with a wildcard. */
export function splitGlob(segments: readonly string[]): {
  readonly fixed: readonly string[];
  readonly tail: readonly string[];
} {
  const at = segments.findIndex((segment) => wild.test(segment));
  if (at === -1) return { fixed: segments, tail: [] };
  return { fixed: segments.slice(0, at), tail: segments.slice(at) };
}

/** Widens what a wildcard may match to `*` and `**`, so that fewer forms are left to compare. */
export function widened(tail: readonly string[]): Glob {
  const brace = tail.findIndex((segment) => /[{}]/.test(segment));
  const kept = brace === -1 ? tail : [...tail.slice(0, brace), "**"];
  return kept
    .map((segment) => {
      if (segment.includes("**")) return "**";
      return segment.replaceAll(/\[[^\]]*\]?|\?/g, "*");
    })
    .filter((segment, at, all) => segment !== "**" || all[at - 1] !== "**");
}

/** True when everything that `inner` matches is matched by `outer` too. */
export function contains(outer: Glob, inner: Glob): boolean {
  return takes(outer, inner, "**", (each, part) => part !== "**" && containsSegment(each, part));
}

function containsSegment(outer: string, inner: string): boolean {
  if (!/[*?]/.test(outer)) return outer === inner;
  // A wildcard of `inner` is a letter here: only a wildcard of `outer` takes it.
  return takes(Array.from(outer), Array.from(inner), "*", (each, letter) =>
    each === "?" ? letter !== "*" : each === letter,
  );
}

/**
 * True when a pattern takes all parts, each with one of its own, and those that are `many` with any number. Row by row,
 * because what an offer can make of trying would have no end.
 */
function takes(
  pattern: readonly string[],
  parts: readonly string[],
  many: string,
  fits: (each: string, part: string) => boolean,
): boolean {
  let left = [true];
  for (const each of pattern) {
    const next = [each === many && left[0] === true];
    for (const [at, part] of parts.entries()) {
      next.push(
        each === many
          ? next[at] === true || left[at + 1] === true
          : left[at] === true && fits(each, part),
      );
    }
    left = next;
  }
  return left[parts.length] === true;
}

/** True when something may be matched by both. */
export function meets(a: Glob, b: Glob): boolean {
  // Row by row: what of `b` can be left when so many segments of `a` are used up.
  let left = reach(b, [true]);
  for (const segment of a) left = step(segment, b, left);
  return left[b.length] === true;
}

function reach(b: Glob, start: readonly boolean[]): readonly boolean[] {
  const result: boolean[] = [];
  for (let at = 0; at <= b.length; at += 1) {
    result.push(start[at] === true || (result[at - 1] === true && b[at - 1] === "**"));
  }
  return result;
}

function step(segment: string, b: Glob, left: readonly boolean[]): readonly boolean[] {
  const next: boolean[] = [];
  for (let at = 0; at <= b.length; at += 1) {
    const before = at > 0 && left[at - 1] === true && meetsSegment(segment, b[at - 1] ?? "");
    const stays = left[at] === true && (segment === "**" || b[at] === "**");
    const runs = segment === "**" && at > 0 && next[at - 1] === true;
    next.push(before || stays || runs);
  }
  return reach(b, next);
}

function meetsSegment(a: string, b: string): boolean {
  if (a === "**" || b === "**") return true;
  if (!wild.test(a) && !wild.test(b)) return a === b;
  const [headA, tailA] = endsOf(a);
  const [headB, tailB] = endsOf(b);
  const heads = headA.startsWith(headB) || headB.startsWith(headA);
  return heads && (tailA.endsWith(tailB) || tailB.endsWith(tailA));
}

function endsOf(segment: string): readonly [string, string] {
  if (!wild.test(segment)) return [segment, segment];
  return [segment.split(wild)[0] ?? "", segment.split(/[*?\]}]/).at(-1) ?? ""];
}
