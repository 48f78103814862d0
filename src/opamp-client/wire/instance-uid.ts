import { createHash, randomFillSync } from "node:crypto";

const uidBytes = 16;
const uuidText = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ulidText = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/i;
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new id, UUID v7: the time in its first six bytes, random after that. */
export function newInstanceUid(): Uint8Array {
  const uid = randomFillSync(new Uint8Array(uidBytes));
  const view = new DataView(uid.buffer);
  const now = Date.now();
  view.setUint32(0, Math.floor(now / 0x1_0000));
  view.setUint16(4, now % 0x1_0000);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  return uid;
}

/** Never to be changed: what was worked out with it would become another agent. */
const nameSpace = Buffer.from("8c1f6c5e3a0b4d559a536f1f0e4b7c2d", "hex");

/** The id that belongs to a name, UUID v5: the same name gives the same id everywhere. */
export function uidOfName(name: string): Uint8Array {
  const digest = createHash("sha1").update(nameSpace).update(name, "utf8").digest();
  const uid = new Uint8Array(digest.subarray(0, uidBytes));
  const view = new DataView(uid.buffer);
  view.setUint8(6, 0x50 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  return uid;
}

/** The canonical text of 16 bytes: lower-case hexadecimal in five groups. */
export function uidToText(uid: Uint8Array): string {
  const hex = Buffer.from(uid).toString("hex");
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20]]
    .map(([from, to]) => hex.slice(from, to))
    .join("-");
}

/** The 16 bytes that a UUID or a ULID stands for; undefined when the text is neither. */
export function uidFromText(text: string): Uint8Array | undefined {
  if (uuidText.test(text)) return new Uint8Array(Buffer.from(text.replaceAll("-", ""), "hex"));
  if (ulidText.test(text)) return bytesOfUlid(text.toUpperCase());
  return undefined;
}

/** Whether a server that wrote this left the id out; some send as many zeros instead. */
export function namesNobody(written: Uint8Array): boolean {
  return written.every((byte) => byte === 0);
}

/** Whether a server that wrote this means that id: its bytes, or its text, which some make of it. */
export function standsFor(written: Uint8Array, uid: Uint8Array): boolean {
  // No text is as long as that, and what a server wrote may have megabytes.
  const text = Buffer.from(written.subarray(0, 64)).toString();
  const id = written.length === uidBytes ? written : uidFromText(text);
  return id !== undefined && Buffer.compare(id, uid) === 0;
}

// A ULID is a 128-bit number in base 32. The ulid package has a converter too, but importing it brings its
// generator and start-up cost along for these lines.
function bytesOfUlid(text: string): Uint8Array {
  let number = 0n;
  for (const digit of text) number = number * 32n + BigInt(crockford.indexOf(digit));
  return new Uint8Array(Buffer.from(number.toString(16).padStart(uidBytes * 2, "0"), "hex"));
}
