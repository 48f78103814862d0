/** One DER value that was read: its tag, what is in it, and all of its bytes. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Names of the tags that readers ask for (X.690). */
export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  objectId: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The one value that these bytes are; undefined when they are none, or when something stands behind it. */
export function readDer(bytes: Uint8Array): DerValue | undefined {
  const value = firstOf(bytes);
  return value?.whole.length === bytes.length ? value : undefined;
}

/** The values inside a sequence, or a set; undefined when it is another kind, or when they do not fill it. */
export function membersOf(
  value: DerValue | undefined,
  kind: "sequence" | "set" = "sequence",
): readonly DerValue[] | undefined {
  if (value?.tag !== derTag[kind]) return undefined;
  const members: DerValue[] = [];
  for (let rest = value.content; rest.length > 0;) {
    const member = firstOf(rest);
    if (member === undefined) return undefined;
    members.push(member);
    rest = rest.subarray(member.whole.length);
  }
  return members;
}

/** The dotted text of an object identifier; undefined when the value is none. */
export function objectIdOf(value: DerValue | undefined): string | undefined {
  if (value?.tag !== derTag.objectId) return undefined;
  const numbers: number[] = [];
  let number = 0;
  let open = true;
  for (const byte of value.content) {
    number = number * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(number)) return undefined;
    open = (byte & 0x80) !== 0;
    if (open) continue;
    numbers.push(number);
    number = 0;
  }
  const [head, ...rest] = numbers;
  if (head === undefined || open) return undefined;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...rest].join(".");
}

/** The bytes of a bit string of whole bytes; undefined when the value is none. */
export function bytesOfBitString(value: DerValue | undefined): Uint8Array | undefined {
  return value?.tag === derTag.bitString && value.content[0] === 0
    ? value.content.subarray(1)
    : undefined;
}

/** The value at the beginning. Tags of more than one byte and lengths without end are not DER that we need. */
function firstOf(bytes: Uint8Array): DerValue | undefined {
  const [tag, length] = bytes;
  if (tag === undefined || length === undefined || (tag & 0x1f) === 0x1f) return undefined;
  const lengthBytes = length < 0x80 ? 0 : length & 0x7f;
  const from = 2 + lengthBytes;
  const size = lengthBytes === 0 ? length : longLength(bytes.subarray(2, from), lengthBytes);
  if (size === undefined || size > bytes.length - from) return undefined;
  const whole = bytes.subarray(0, from + size);
  return { tag, content: whole.subarray(from), whole };
}

/** DER writes a length in as few bytes as it needs, and four of them are enough for anybody. */
function longLength(bytes: Uint8Array, count: number): number | undefined {
  if (count > 4 || bytes.length !== count || bytes[0] === 0) return undefined;
  const size = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return size < 0x80 ? undefined : size;
}
