import { Lexer } from "yaml";

/** At most so many collections are repaired; the others are left as they are. */
const mostRepairs = 50;
const flowBroken = "\u0018";

/**
 * The same text with the lines inside `[…]` and `{…}` moved to the right where they stand too far left, or behind
 * tabs, for the standard: there indentation means nothing, and the collector's parser takes them. Lines stay lines.
 */
export function indentFlows(text: string): string {
  let repaired = text;
  for (let count = 0; count < mostRepairs; count += 1) {
    const start = firstBrokenFlow(repaired);
    const end = start === undefined ? undefined : endOfFlow(repaired, start);
    if (start === undefined || end === undefined) break;
    const column = start - repaired.lastIndexOf("\n", start);
    const inside = repaired.slice(start, end).replaceAll(/\n[ \t]*/g, `\n${" ".repeat(column)}`);
    const next = repaired.slice(0, start) + inside + repaired.slice(end);
    if (next === repaired) break;
    repaired = next;
  }
  return repaired;
}

/** Where the outermost collection begins that the parser gives up on. */
function firstBrokenFlow(text: string): number | undefined {
  const open: number[] = [];
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === flowBroken) return open[0];
    if (token === "[" || token === "{") open.push(offset);
    else if (token === "]" || token === "}") open.pop();
    // Marks of the lexer's own are no part of the text.
    if (!text.startsWith(token, offset)) continue;
    offset += token.length;
  }
  return undefined;
}

/** The offset behind the bracket that closes the collection. */
function endOfFlow(text: string, start: number): number | undefined {
  const piece = /"(?:[^"\\]|\\[^])*"|'(?:[^']|'')*'|(?<=\s)#.*|[^\s[\]{},:#"'][^\s[\]{},:#]*|[^]/y;
  piece.lastIndex = start;
  let depth = 0;
  for (let found = piece.exec(text); found !== null; found = piece.exec(text)) {
    const [token] = found;
    if (token === "[" || token === "{") depth += 1;
    if (token === "]" || token === "}") depth -= 1;
    if (depth === 0) return piece.lastIndex;
  }
  return undefined;
}
