import type { FileHandle } from "node:fs/promises";

const pieceBytes = 64 * 1024;

/** A part of an open file, piece by piece; the file stays open, and what it is too short for is missing. */
export async function* filePieces(
  file: FileHandle,
  start: number,
  length: number,
): AsyncGenerator<Buffer> {
  for (let done = 0; done < length;) {
    const wanted = Math.min(pieceBytes, length - done);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, start + done);
    if (bytesRead === 0) return;
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
