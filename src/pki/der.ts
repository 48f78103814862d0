/** One DER value: tag, length, content (X.690). */
export type Der = Uint8Array;

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** Members in the order given. */
export function sequence(...members: readonly Der[]): Der {
  return tagged(tags.sequence, Buffer.concat(members));
}

/** A set; DER wants its members in the order of their bytes. */
export function set(...members: readonly Der[]): Der {
  return tagged(tags.set, Buffer.concat(members.toSorted((a, b) => Buffer.compare(a, b))));
}

/** A whole number that is not negative, from its big-endian bytes. */
export function integer(bytes: Uint8Array): Der {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? Uint8Array.of(0) : bytes.subarray(first);
  // A set top bit would read as a minus sign.
  const signed = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Uint8Array.of(0), digits]) : digits;
  return tagged(tags.integer, signed);
}

/** True or false. */
export function boolean(value: boolean): Der {
  return tagged(tags.boolean, Uint8Array.of(value ? 0xff : 0));
}

/** Bits; `unused` counts those at the end that do not belong. */
export function bitString(bytes: Uint8Array, unused = 0): Der {
  return tagged(tags.bitString, Buffer.concat([Uint8Array.of(unused), bytes]));
}

/** Bytes. */
export function octetString(bytes: Uint8Array): Der {
  return tagged(tags.octetString, bytes);
}

/** Text. */
export function utf8String(text: string): Der {
  return tagged(tags.utf8String, Buffer.from(text));
}

/** An object identifier from its dotted text (`2.5.4.3`). */
export function objectId(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tagged(tags.objectId, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** A moment (ms since the epoch) to the second; from 2050 on certificates write it in the longer form. */
export function time(at: number): Der {
  const text = `${new Date(at).toISOString().replace(/[-:T]|\..*$/g, "")}Z`;
  return Number(text.slice(0, 4)) < 2050
    ? tagged(tags.utcTime, Buffer.from(text.slice(2)))
    : tagged(tags.generalizedTime, Buffer.from(text));
}

/** `[number]` around whole values. */
export function explicit(number: number, ...members: readonly Der[]): Der {
  return tagged(0xa0 | number, Buffer.concat(members));
}

/** `[number]` in place of a primitive value's own tag. */
export function implicit(number: number, content: Uint8Array): Der {
  return tagged(0x80 | number, content);
}

/** A DER value as PEM text with this label (`CERTIFICATE`). */
export function pem(label: string, der: Der): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function tagged(tag: number, content: Uint8Array): Der {
  return Buffer.concat([Uint8Array.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function base128(number: number): readonly number[] {
  const digits = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift(0x80 | (rest % 128));
  }
  return digits;
}
