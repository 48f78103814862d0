import { isScalar, Scalar } from "yaml";

/** The text of a scalar key as it is meant; undefined for a key that is itself a map or list. */
export function keyText(key: unknown): string | undefined {
  if (isScalar(key)) return typeof key.value === "string" ? key.value : (key.source ?? "");
  return typeof key === "string" ? key : undefined;
}

/** True for `<<` as the collector's parser understands it: plain, not in quotes. */
export function mergesMaps(key: unknown): boolean {
  if (!isScalar(key) || key.value !== "<<" || key.type !== Scalar.PLAIN) return false;
  return key.tag === undefined || key.tag === "!" || key.tag === "tag:yaml.org,2002:merge";
}

/**
 * What the collector makes of a key. Keys that are not text become text there, so that `0x10` of one layer and `16`
 * of another are the same key.
 */
export function keyIdentity(key: unknown): string | undefined {
  const text = keyText(key);
  if (text === undefined || !isScalar(key) || key.tag !== undefined) return text;
  if (key.value === null) return "<nil>";
  if (key.type !== Scalar.PLAIN) return text;
  // Nearly all keys are words: only these letters begin something else.
  return /^[-+.\dtTfF]/.test(text) ? (numberText(text) ?? booleanText(text) ?? text) : text;
}

/** True of a scalar that the collector reads as text: not as a number, a truth value, a date or nothing. */
export function readsAsText({ value, type, tag }: Scalar): boolean {
  if (typeof value !== "string") return false;
  if (tag !== undefined) return /^(!!|tag:yaml.org,2002:)(str|binary)$/.test(tag);
  if (type !== Scalar.PLAIN) return true;
  const date = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt\s].*)?$/;
  const number = /^[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)$/;
  if (date.test(value) || number.test(value)) return false;
  return booleanText(value) === undefined && numberText(value) === undefined;
}

function booleanText(text: string): string | undefined {
  return /^(?:true|True|TRUE|false|False|FALSE)$/.test(text) ? text.toLowerCase() : undefined;
}

function numberText(text: string): string | undefined {
  const bare = text.replaceAll("_", "");
  const [, sign = "", digits] = /^([-+]?)(0x[\da-f]+|0o?[0-7]+|0b[01]+|\d+)$/i.exec(bare) ?? [];
  if (digits !== undefined) {
    const octal = /^0\d/.test(digits) && !/[89]/.test(digits) ? `0o${digits}` : digits;
    const number = BigInt(octal.toLowerCase());
    return String(sign === "-" ? -number : number);
  }
  const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i;
  return float.test(bare) ? String(Number(bare)) : undefined;
}
