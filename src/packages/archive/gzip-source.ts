import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { systemCodeOf } from "../../errors.ts";
import { archiveRefusal } from "./refusal.ts";

/** Programs shrink to a third or a quarter; what shrinks to less than this is made to fill a disk. */
export const maxRatio = 200;
/** Below this a ratio says nothing. */
const ratioFromBytes = 16 * 1024 * 1024;

/** How many bytes an archive of this size may hold. */
export function mostUnpacked(packedBytes: number): number {
  return Math.max(ratioFromBytes, maxRatio * packedBytes);
}

/** What reading a gzip file may take. */
interface GunzipTerms {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** What a gzip file holds. Throws where it is damaged, or holds more than is permitted or than `mostUnpacked`. */
export async function* gunzipped(
  file: string,
  packedBytes: number,
  { maxBytes, signal }: GunzipTerms,
): AsyncGenerator<Buffer> {
  const most = mostUnpacked(packedBytes);
  const packed = createReadStream(file);
  const plain = createGunzip();
  packed.on("error", (error) => plain.destroy(error));
  let bytes = 0;
  try {
    for await (const chunk of packed.pipe(plain) as AsyncIterable<Buffer>) {
      // Here, because most of what it holds may be nothing that is written, and be read for minutes.
      signal.throwIfAborted();
      bytes += chunk.length;
      if (bytes > maxBytes) throw archiveRefusal(`more than ${maxBytes} bytes when unpacked`);
      if (bytes > most) throw archiveRefusal(bombWord(packedBytes));
      yield chunk;
    }
  } catch (error) {
    const isDamaged = systemCodeOf(error)?.startsWith("Z_") === true;
    throw isDamaged ? archiveRefusal("a damaged gzip archive") : error;
  } finally {
    packed.destroy();
    plain.destroy();
  }
}

/** The words for an archive that is made to fill a disk. */
export function bombWord(packedBytes: number): string {
  return `an archive of ${packedBytes} bytes that holds more than ${maxRatio} times as much`;
}

/** The size that a gzip file says it holds, modulo 4 GiB: a hint only. */
export async function claimedSize(file: string, packedBytes: number): Promise<number> {
  if (packedBytes < 18) return 0;
  const input = await open(file, "r");
  try {
    const { buffer } = await input.read(Buffer.alloc(4), 0, 4, packedBytes - 4);
    return Math.min(buffer.readUInt32LE(0), mostUnpacked(packedBytes));
  } finally {
    await input.close();
  }
}
