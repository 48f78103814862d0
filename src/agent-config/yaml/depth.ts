import { isMap, isPair, isSeq } from "yaml";

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
    const character = text[at] ?? "";
    if (blanks.includes(character)) continue;
    openings = isOpening(character, text[at + 1]) ? openings + 1 : 0;
    if (openings > maxDepth) return true;
  }
  return false;
}

const blanks = " \t\r\n";

/** A dash or a question mark opens something only before a blank. */
function isOpening(character: string, next: string | undefined): boolean {
  if (character === "[" || character === "{") return true;
  return (character === "-" || character === "?") && (next === " " || next === "\t");
}

/** True of a tree that is deeper than `maxDepth`. A loop, because depth is what the text says. */
export function isTooDeep(top: unknown): boolean {
  let level: readonly unknown[] = [top];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return true;
    level = level.flatMap((node) => {
      if (isPair(node)) return [node.key, node.value];
      return isMap(node) || isSeq(node) ? node.items.flatMap(partsOf) : [];
    });
  }
  return false;
}

/** A pair is no level of its own. */
function partsOf(item: unknown): readonly unknown[] {
  return isPair(item) ? [item.key, item.value] : [item];
}
