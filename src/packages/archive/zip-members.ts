import type { FileHandle } from "node:fs/promises";
import { Readable, pipeline } from "node:stream";
import { createInflateRaw, crc32 } from "node:zlib";
import { systemCodeOf } from "../../errors.ts";
import { filePieces } from "../../download/file-pieces.ts";
import { bombWord, mostUnpacked } from "./gzip-source.ts";
import type { Member, MemberType } from "./member.ts";
import { archiveRefusal } from "./refusal.ts";
import { type ZipEntry, readDirectory } from "./zip-directory.ts";

const localBytes = 30;
const typeMask = 0o170000;
const types: ReadonlyMap<number, MemberType> = new Map<number, MemberType>([
  [0, { is: "file" }],
  [0o100000, { is: "file" }],
  [0o040000, { is: "directory" }],
  [0o120000, { is: "other", what: "a symbolic link" }],
]);

/** The members of a zip file, in the order of its directory. Throws where it is damaged, or made to fill a disk. */
export async function* zipMembers(file: FileHandle, packedBytes: number): AsyncGenerator<Member> {
  const entries = await readDirectory(file, packedBytes);
  refuseOverlap(entries);
  const claimed = entries.reduce((sum, { size }) => sum + size, 0);
  if (claimed > mostUnpacked(packedBytes)) throw archiveRefusal(bombWord(packedBytes));
  for (const entry of entries) {
    yield {
      name: entry.name,
      type: typeOf(entry),
      size: entry.size,
      isExecutable: (entry.mode & 0o111) !== 0,
      content: contentOf(file, entry),
    };
  }
}

function typeOf({ name, mode }: ZipEntry): MemberType {
  const written = types.get(mode & typeMask) ?? { is: "other", what: "a device or a pipe" };
  return written.is === "file" && name.endsWith("/") ? { is: "directory" } : written;
}

/** What overlaps is read several times, which is how a small file fills a disk. */
function refuseOverlap(entries: readonly ZipEntry[]): void {
  const sorted = entries.toSorted((one, other) => one.offset - other.offset);
  for (const [index, entry] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined && entry.offset + localBytes + entry.packed > next.offset) {
      throw archiveRefusal("a zip archive whose members overlap");
    }
  }
}

async function* contentOf(file: FileHandle, entry: ZipEntry): AsyncGenerator<Buffer> {
  let [bytes, sum] = [0, 0];
  for await (const chunk of unpacked(file, entry)) {
    bytes += chunk.length;
    if (bytes > entry.size) break;
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (bytes !== entry.size || sum !== entry.crc) throw damaged();
}

async function* unpacked(file: FileHandle, entry: ZipEntry): AsyncGenerator<Buffer> {
  const packed = filePieces(file, await contentStart(file, entry), entry.packed);
  if (entry.method === 0) {
    yield* packed;
    return;
  }
  const plain = createInflateRaw();
  // The error reaches the reader through the inflater, which the pipeline destroys with it.
  pipeline(Readable.from(packed), plain, () => undefined);
  try {
    yield* plain as AsyncIterable<Buffer>;
  } catch (error) {
    throw systemCodeOf(error)?.startsWith("Z_") === true ? damaged() : error;
  } finally {
    plain.destroy();
  }
}

/** What stands before the content has lengths of its own; its name is the directory's, or one of them is a lie. */
async function contentStart(file: FileHandle, { offset, rawName }: ZipEntry): Promise<number> {
  const length = localBytes + rawName.length;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  if (bytesRead < length || buffer.readUInt32LE(0) !== 0x04034b50) throw damaged();
  const isSame =
    buffer.readUInt16LE(26) === rawName.length && buffer.subarray(localBytes).equals(rawName);
  if (!isSame) throw damaged();
  return offset + length + buffer.readUInt16LE(28);
}

function damaged(): Error {
  return archiveRefusal("a damaged zip archive");
}
