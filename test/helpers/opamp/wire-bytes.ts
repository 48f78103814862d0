/** The protobuf encoding by hand, so that a test can say what no encoder would write. */

/** A number in groups of seven bits; `padding` more bytes than it needs. */
export function varint(value: bigint | number, padding = 0): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  for (let more = 0; more < padding; more += 1) {
    bytes.push(bytes.pop()! | 0x80);
    bytes.push(0);
  }
  return Uint8Array.from(bytes);
}

/** What stands before a value: the number of its field and how it is written. */
export function tag(number: number, wireType: number): Uint8Array {
  return varint(number * 8 + wireType);
}

/** A field that says its own length: bytes, text, a message. */
export function delimited(number: number, bytes: Uint8Array): Uint8Array {
  return joined(tag(number, 2), varint(bytes.length), bytes);
}

/** Pieces one after the other. */
export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** `levels` messages inside each other, each wrapped in the fields of `path` from the inside out. */
export function nested(levels: number, path: readonly number[]): Uint8Array {
  let inner: Uint8Array = new Uint8Array();
  for (let level = 0; level < levels; level += 1)
    inner = path.reduce((bytes, number) => delimited(number, bytes), inner);
  return inner;
}
