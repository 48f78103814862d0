import type { FileHandle } from "node:fs/promises";
import { archiveRefusal } from "./refusal.ts";

/** What the directory of a zip file says of one member. */
export interface ZipEntry {
  readonly name: string;
  readonly rawName: Buffer;
  /** 0: as it is; 8: deflated. */
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its own header is. */
  readonly offset: number;
  /** Type and permissions as on Unix; 0 where it was made elsewhere. */
  readonly mode: number;
}

const endBytes = 22;
const entryBytes = 46;
const maxCommentBytes = 65_535;
const maxDirectoryBytes = 8 * 1024 * 1024;
const maxEntries = 10_000;
/** What a field holds whose value stands elsewhere, because it needs more bytes. */
const elsewhere = 0xffff_ffff;

/**
 * The directory at the end of a zip file. Only what names every member once and plainly is read: no parts on other
 * disks, no encryption, no archives beyond 4 GiB.
 */
export async function readDirectory(
  file: FileHandle,
  fileBytes: number,
): Promise<readonly ZipEntry[]> {
  const tailBytes = Math.min(fileBytes, endBytes + maxCommentBytes);
  const tail = await readAt(file, fileBytes - tailBytes, tailBytes);
  const end = findEnd(tail);
  if (end === undefined) throw damaged();
  const [count, bytes, offset] = [
    tail.readUInt16LE(end + 10),
    tail.readUInt32LE(end + 12),
    tail.readUInt32LE(end + 16),
  ];
  if (count === 0xffff || bytes === elsewhere || offset === elsewhere) throw tooLarge();
  if (tail.readUInt16LE(end + 4) !== 0 || tail.readUInt16LE(end + 8) !== count) throw damaged();
  if (count > maxEntries) throw archiveRefusal(`more than ${maxEntries} members`);
  // It ends where the record of its end begins: whatever else is there is not what other readers see.
  if (bytes > maxDirectoryBytes || offset + bytes !== fileBytes - tailBytes + end) throw damaged();
  return entriesIn(await readAt(file, offset, bytes), count, offset);
}

/** The last record of an end whose comment reaches to the end of the file. */
function findEnd(tail: Buffer): number | undefined {
  for (let at = tail.length - endBytes; at >= 0; at -= 1) {
    const isEnd = tail.readUInt32LE(at) === 0x06054b50;
    if (isEnd && at + endBytes + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  return undefined;
}

function entriesIn(directory: Buffer, count: number, directoryAt: number): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (entries.length < count) {
    if (at + entryBytes > directory.length) throw damaged();
    if (directory.readUInt32LE(at) !== 0x02014b50) throw damaged();
    const nameBytes = directory.readUInt16LE(at + 28);
    const end = at + entryBytes + nameBytes;
    if (end > directory.length) throw damaged();
    const entry = entryAt(directory, at, directory.subarray(at + entryBytes, end));
    if (entry.offset + entry.packed > directoryAt) throw damaged();
    entries.push(entry);
    at = end + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  if (at !== directory.length) throw damaged();
  return entries;
}

function entryAt(directory: Buffer, at: number, rawName: Buffer): ZipEntry {
  const [flags, method] = [directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 10)];
  if ((flags & 0x2041) !== 0) throw archiveRefusal("an encrypted zip archive");
  if (method !== 0 && method !== 8) {
    throw archiveRefusal(`a zip archive packed by method ${method}: expected deflate`);
  }
  const [packed, size, offset] = [
    directory.readUInt32LE(at + 20),
    directory.readUInt32LE(at + 24),
    directory.readUInt32LE(at + 42),
  ];
  if ([packed, size, offset].includes(elsewhere)) throw tooLarge();
  const isUnix = directory[at + 5] === 3;
  return {
    name: rawName.toString("utf8"),
    rawName,
    method,
    crc: directory.readUInt32LE(at + 16),
    ...{ packed, size, offset },
    mode: isUnix ? directory.readUInt16LE(at + 40) : 0,
  };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw damaged();
  return buffer;
}

function damaged(): Error {
  return archiveRefusal("a damaged zip archive");
}

function tooLarge(): Error {
  return archiveRefusal("a zip archive beyond 4 GiB");
}
