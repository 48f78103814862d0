import { closeSync, constants, readSync } from "node:fs";
import { openRegular } from "../../files/regular-file.ts";

/*
 * SQLite plays its log up to the first frame whose sum is wrong, and says nothing of those behind it. The form is that of
 * https://www.sqlite.org/fileformat2.html#walformat.
 */
const headerBytes = 32;
const frameHeaderBytes = 24;
const magic = 0x377f0682;

/** A sum goes over all that is before it, too. */
type Sum = readonly [number, number];

/** True where a log has a transaction behind a frame that is damaged, or in it: that transaction is lost. */
export function isLogDamaged(path: string): boolean {
  const file = openIfThere(path);
  if (file === undefined) return false;
  try {
    const header = readAt(file, 0, headerBytes);
    if (header.length === 0) return false;
    if (header.length < headerBytes) return true;
    const order = orderOf(header);
    const sum = order && sumOf(header.subarray(0, 24), [0, 0], order);
    if (order === undefined || sum === undefined || !isSum(header, 24, sum)) return true;
    return hasLost(file, header, sum, order);
  } finally {
    closeSync(file);
  }
}

type Order = "readUInt32BE" | "readUInt32LE";

function orderOf(header: Buffer): Order | undefined {
  const found = header.readUInt32BE(0);
  if (found !== magic && found !== magic + 1) return undefined;
  return found === magic ? "readUInt32LE" : "readUInt32BE";
}

function hasLost(file: number, header: Buffer, first: Sum, order: Order): boolean {
  const frameBytes = frameHeaderBytes + header.readUInt32BE(8);
  let sum = first;
  let isBroken = false;
  for (let at = headerBytes; ; at += frameBytes) {
    const frame = readAt(file, at, frameBytes);
    if (frame.length < frameBytes) return false;
    // Frames of another round of the log are behind those of this one.
    const isOurs = frame.subarray(8, 16).equals(header.subarray(16, 24));
    if (!isBroken) {
      const next = sumOf(
        frame.subarray(frameHeaderBytes),
        sumOf(frame.subarray(0, 8), sum, order),
        order,
      );
      isBroken = !isOurs || !isSum(frame, 16, next);
      sum = next;
    }
    const endsTransaction = frame.readUInt32BE(4) !== 0;
    if (isBroken && isOurs && endsTransaction) return true;
  }
}

function sumOf(bytes: Buffer, [one, two]: Sum, order: Order): Sum {
  let [first, second] = [one, two];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    first = (first + bytes[order](at) + second) >>> 0;
    second = (second + bytes[order](at + 4) + first) >>> 0;
  }
  return [first, second];
}

function isSum(bytes: Buffer, at: number, [first, second]: Sum): boolean {
  return bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second;
}

function openIfThere(path: string): number | undefined {
  try {
    return openRegular(path, constants.O_RDONLY);
  } catch {
    // It is no part of this to say why a file cannot be read: SQLite reads it next.
    return undefined;
  }
}

function readAt(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, at));
}
