import { archiveRefusal } from "./refusal.ts";
import { type ByteReader, createByteReader } from "../../download/byte-reader.ts";
import type { Member, MemberType } from "./member.ts";

const blockBytes = 512;
const maxExtraBytes = 64 * 1024;
/** A name, where a link leads to, and all else: one header each. */
const maxExtras = 8;

interface Header {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly mode: number;
}

/** What an extended header says of the member that follows. */
interface Extra {
  readonly name?: string;
  readonly size?: number;
  readonly isSparse?: boolean;
}

const others: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "2": "a symbolic link",
  "3": "a device",
  "4": "a device",
  "6": "a pipe",
  S: "a sparse file",
};

/** The members of a tar stream (ustar, pax, GNU), one after the other. Throws where it is none or ends too early. */
export async function* tarMembers(source: AsyncIterable<Buffer>): AsyncGenerator<Member> {
  const bytes = createByteReader(source, () => archiveRefusal("an archive that ends too early"));
  let [extra, extras]: [Extra, number] = [{}, 0];
  for (;;) {
    const header = parseHeader(await bytes.take(blockBytes));
    if (header === undefined) break;
    if (isExtra(header.type)) {
      // They are no members, which are counted.
      extras += 1;
      if (extras > maxExtras) throw archiveRefusal("very many extended headers");
      extra = { ...extra, ...(await readExtra(header, bytes)) };
      continue;
    }
    const size = extra.size ?? header.size;
    const rest = bytes.pieces(size);
    yield {
      name: extra.name ?? header.name,
      type: typeOf(header, extra),
      size,
      isExecutable: (header.mode & 0o111) !== 0,
      content: rest,
    };
    // Whoever did not want it leaves it to us.
    while ((await rest.next()).done !== true);
    await skipPadding(size, bytes);
    [extra, extras] = [{}, 0];
  }
  // Read to its end, so that a damaged one is noticed.
  await bytes.drain();
}

function typeOf({ type, name }: Header, { isSparse }: Extra): MemberType {
  if (isSparse === true) return { is: "other", what: "a sparse file" };
  // Before there was a type for them, directories were files with a slash at the end.
  if (type === "5" || ((type === "0" || type === "") && name.endsWith("/"))) {
    return { is: "directory" };
  }
  if (type === "0" || type === "7" || type === "") return { is: "file" };
  return { is: "other", what: others[type] ?? `something of the type ${JSON.stringify(type)}` };
}

function isExtra(type: string): boolean {
  return ["x", "g", "L", "K"].includes(type);
}

async function readExtra({ type, size }: Header, bytes: ByteReader): Promise<Extra> {
  if (size > maxExtraBytes) throw archiveRefusal(`an extended header of ${size} bytes`);
  const content = await bytes.take(size);
  await skipPadding(size, bytes);
  if (type === "L") return { name: untilNul(content) };
  // What holds for all members names none, and where a link leads to does not matter: it is refused.
  return type === "x" ? readRecords(content) : {};
}

/** Each record is `LENGTH KEY=VALUE` and a line feed; the length counts all of it. */
function readRecords(content: Buffer): Extra {
  let extra: Extra = {};
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const digits = space === -1 ? "" : content.toString("latin1", at, space);
    const end = at + Number(digits);
    const isWhole = /^\d{1,6}$/.test(digits) && end <= content.length && end > space + 1;
    if (!isWhole || content[end - 1] !== 0x0a) throw archiveRefusal("a damaged extended header");
    const equals = content.indexOf(0x3d, space);
    if (equals === -1 || equals >= end) throw archiveRefusal("a damaged extended header");
    const key = content.toString("latin1", space + 1, equals);
    extra = { ...extra, ...meaningOf(key, content.subarray(equals + 1, end - 1)) };
    at = end;
  }
  return extra;
}

function meaningOf(key: string, value: Buffer): Extra {
  if (key === "path") return { name: value.toString("utf8") };
  if (key.startsWith("GNU.sparse.")) return { isSparse: true };
  if (key !== "size") return {};
  const text = value.toString("latin1");
  if (!/^\d{1,15}$/.test(text)) throw archiveRefusal("a damaged extended header");
  return { size: Number(text) };
}

async function skipPadding(size: number, bytes: ByteReader): Promise<void> {
  await bytes.take((blockBytes - (size % blockBytes)) % blockBytes);
}

function parseHeader(block: Buffer): Header | undefined {
  // A block of zeros ends the archive.
  if (block.every((byte) => byte === 0)) return undefined;
  if (octal(block, 148, 8) !== sumOf(block))
    throw archiveRefusal("no tar archive, or a damaged one");
  const isUstar = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? untilNul(block.subarray(345, 500)) : "";
  const name = untilNul(block.subarray(0, 100));
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: untilNul(block.subarray(156, 157)),
    size: octal(block, 124, 12),
    mode: octal(block, 100, 8),
  };
}

function sumOf(block: Buffer): number {
  // The sum is made as if its own field were blank.
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function octal(block: Buffer, from: number, length: number): number {
  const digits = untilNul(block.subarray(from, from + length)).trim();
  if (digits === "" && from === 100) return 0;
  // The binary form is for members beyond 8 GiB, which are too large for us anyway.
  if (!/^[0-7]+$/.test(digits)) throw archiveRefusal("no tar archive, or a damaged one");
  return Number.parseInt(digits, 8);
}

function untilNul(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? field.length : end);
}
