import { isMap, isPair, isScalar, isSeq, type Pair } from "yaml";

/** No configuration of a collector comes near it; what reads deeper trees would run out of stack. */
export const maxDepth = 100;

/** What is said of a text that is nested deeper. */
export const tooDeep: string = `it is nested deeper than ${maxDepth} levels, which no collector's configuration needs`;

/**
 * True of a text whose nesting shows before it is parsed: so many openings in a row that the parser itself would run
 * out of stack, or of time.
 */
export function opensTooDeep(text: string): boolean {
  let openings = 0;
  for (let at = 0; at < text.length; at += 1) {
    // Codes, not characters: a text of half a megabyte is looked through at each offer.
    const code = text.charCodeAt(at);
    if (isBlank(code)) continue;
    openings = isOpening(code, text.charCodeAt(at + 1)) ? openings + 1 : 0;
    if (openings > maxDepth) return true;
  }
  return false;
}

const [tab, lineFeed, carriageReturn, space] = [0x09, 0x0a, 0x0d, 0x20];
const [dash, questionMark, bracket, brace] = [0x2d, 0x3f, 0x5b, 0x7b];

function isBlank(code: number): boolean {
  return code === space || code === lineFeed || code === tab || code === carriageReturn;
}

/** A dash or a question mark opens something only before a blank. */
function isOpening(code: number, next: number): boolean {
  if (code === bracket || code === brace) return true;
  return (code === dash || code === questionMark) && (next === space || next === tab);
}

/** True of a tree that is deeper than `maxDepth`; it goes no deeper itself. */
export function isTooDeep(top: unknown): boolean {
  return isPair(top) ? isDeepPair(top, 1) : isDeep(top, 0);
}

function isDeep(node: unknown, depth: number): boolean {
  if (depth > maxDepth) return true;
  if (isScalar(node) || !(isMap(node) || isSeq(node))) return false;
  return node.items.some((item) =>
    isPair(item) ? isDeepPair(item, depth + 1) : isDeep(item, depth + 1),
  );
}

/** A pair is no level of its own. */
function isDeepPair({ key, value }: Pair, depth: number): boolean {
  return isDeep(key, depth) || isDeep(value, depth);
}
