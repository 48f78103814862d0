import type { KeyValue, AnyValue } from "../opamp-client/wire/messages.ts";

/** Deeper ones are told as JSON text: receivers have limits of their own. */
const maxDepth = 8;

/** The members of a JSON object as attributes. */
export function attributesOf(fields: Readonly<Record<string, unknown>>): readonly KeyValue[] {
  return keyValues(fields, 0);
}

function keyValues(fields: Readonly<Record<string, unknown>>, depth: number): readonly KeyValue[] {
  return Object.entries(fields).map(([key, value]) => ({ key, value: anyValue(value, depth) }));
}

function anyValue(value: unknown, depth: number): AnyValue {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "number":
      return Number.isSafeInteger(value) ? { intValue: BigInt(value) } : { doubleValue: value };
    case "object":
      return value === null ? {} : container(value, depth);
    default:
      return {};
  }
}

function container(value: object, depth: number): AnyValue {
  if (depth === maxDepth) return { stringValue: JSON.stringify(value) };
  if (Array.isArray(value)) {
    return { arrayValue: { values: value.map((each) => anyValue(each, depth + 1)) } };
  }
  return { kvlistValue: { values: keyValues(value as Record<string, unknown>, depth + 1) } };
}
