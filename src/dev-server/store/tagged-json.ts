/*
 * JSON with the three kinds of values that what agents say is made of and that JSON does not have: whole numbers of any
 * size, bytes, and maps. Our own objects have fixed keys, and none of them begins like a tag.
 */

const tags = { integer: "$integer", bytes: "$bytes", map: "$map" } as const;

/** A value as text. */
export function toTaggedJson(value: unknown): string {
  return JSON.stringify(tagged(value));
}

/** The value in a text; throws where it is no JSON. */
export function fromTaggedJson(text: string): unknown {
  return untagged(JSON.parse(text));
}

function tagged(value: unknown): unknown {
  if (typeof value === "bigint") return { [tags.integer]: value.toString() };
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return { [tags.bytes]: Buffer.from(value).toString("base64") };
  if (value instanceof Map) {
    const entries: readonly (readonly [unknown, unknown])[] = [...value];
    return { [tags.map]: entries.map(([key, each]) => [key, tagged(each)]) };
  }
  if (isList(value)) return value.map(tagged);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, tagged(each)]));
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
