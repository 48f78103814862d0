/*
 * JSON with the three kinds of values that what agents say is made of and that JSON does not have: whole numbers of any
 * size, bytes, and maps. Our own objects have fixed keys, and none of them begins like a tag.
 */

const tags = { integer: "$integer", bytes: "$bytes", map: "$map" } as const;

/** A value as text. */
export function toTaggedJson(value: unknown): string {
  return textOf(value) ?? "null";
}

/** The value in a text; throws where it is no JSON. */
export function fromTaggedJson(text: string): unknown {
  return untagged(JSON.parse(text));
}

/** Written in one go: to copy all of it with tags first takes twice the time. Undefined has no text, as in JSON. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `{"${tags.integer}":"${value}"}`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return listText(value);
  if (value instanceof Uint8Array) return `{"${tags.bytes}":"${base64Of(value)}"}`;
  if (value instanceof Map) return `{"${tags.map}":${listText([...value])}}`;
  return partsText(value as Readonly<Record<string, unknown>>);
}

function listText(list: readonly unknown[]): string {
  let text = "";
  for (const each of list) text += `${text === "" ? "" : ","}${textOf(each) ?? "null"}`;
  return `[${text}]`;
}

function partsText(parts: Readonly<Record<string, unknown>>): string {
  let text = "";
  for (const key of Object.keys(parts)) {
    const part = textOf(parts[key]);
    if (part !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${part}`;
  }
  return `{${text}}`;
}

function base64Of({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function untagged(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map(untagged);
  const parts: Readonly<Record<string, unknown>> = { ...value };
  const { [tags.integer]: integer, [tags.bytes]: bytes, [tags.map]: map } = parts;
  if (typeof integer === "string") return BigInt(integer);
  // A copy of its own: small buffers share one block of memory.
  if (typeof bytes === "string") return new Uint8Array(Buffer.from(bytes, "base64"));
  if (isList(map)) {
    return new Map(map.filter(isPair).map(([key, each]) => [key, untagged(each)]));
  }
  return Object.fromEntries(Object.entries(parts).map(([key, each]) => [key, untagged(each)]));
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isPair(value: unknown): value is readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}
