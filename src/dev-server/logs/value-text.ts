/** Deeper ones are an ellipsis: nobody reads them on a line. */
const maxDepth = 8;

/** A value of OTLP as text: what a person reads of it, and no more than so many characters. */
export function valueText(value: unknown, mostChars: number): string {
  const pieces: string[] = [];
  const writing = { left: mostChars };
  write(value, 0, (piece) => {
    pieces.push(piece.slice(0, writing.left));
    writing.left -= piece.length;
    return writing.left > 0;
  });
  return harmless(pieces.join(""), mostChars);
}

/**
 * A text of somebody else's without characters that a terminal or a reader would act on: those that control it, and those
 * that turn the direction of writing. Cut at so many characters.
 */
export function harmless(text: string, mostChars: number): string {
  // Half a character at the cut would be none.
  const cut =
    text.length < mostChars ? text : text.slice(0, mostChars).replace(/[\ud800-\udbff]$/, "");
  return cut.replaceAll(acting, "\ufffd");
}

const acting =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Takes a piece of text; false: there is no room for more. */
type Take = (piece: string) => boolean;

function write(value: unknown, depth: number, take: Take): boolean {
  const parts = partsOf(value);
  if (parts["stringValue"] !== undefined) return take(plain(parts["stringValue"]));
  if (parts["arrayValue"] !== undefined) return writeList(parts["arrayValue"], depth, take);
  if (parts["kvlistValue"] !== undefined) return writeMap(parts["kvlistValue"], depth, take);
  if (parts["bytesValue"] !== undefined) return take(bytesText(parts["bytesValue"]));
  const [single] = [parts["intValue"], parts["doubleValue"], parts["boolValue"]].filter(
    (each) => each !== undefined,
  );
  return single === undefined || take(plain(single));
}

function writeList(list: unknown, depth: number, take: Take): boolean {
  if (depth === maxDepth) return take("[…]");
  const values = listOf(partsOf(list)["values"]);
  if (!take("[")) return false;
  for (const [index, value] of values.entries()) {
    if (index > 0 && !take(", ")) return false;
    if (!write(value, depth + 1, take)) return false;
  }
  return take("]");
}

function writeMap(map: unknown, depth: number, take: Take): boolean {
  if (depth === maxDepth) return take("{…}");
  const entries = listOf(partsOf(map)["values"]);
  if (!take("{")) return false;
  for (const [index, entry] of entries.entries()) {
    const { key, value } = partsOf(entry);
    if (index > 0 && !take(", ")) return false;
    if (!take(`${plain(key)}: `) || !write(value, depth + 1, take)) return false;
  }
  return take("}");
}

/** Base64 in JSON, bytes otherwise. */
function bytesText(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === "string" ? `${Math.floor((value.length * 3) / 4)} bytes` : "bytes";
}

function plain(value: unknown): string {
  if (typeof value === "string") return value;
  return ["number", "bigint", "boolean"].includes(typeof value) ? String(value) : "";
}

/** The members of an object; of anything else none. */
export function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A list as it is; of anything else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
