import type { BigIntStats } from "node:fs";
import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";

/** Changes with every change of a file: nobody can set back the time of its last change (ctime). */
export function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}

/** Opens a regular file at exactly this path, through no link; throws where there is none. */
export async function openPlainFile(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly stats: BigIntStats }> {
  // Without O_NONBLOCK a named pipe would be waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags);
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) throw new Error("expected a file, found something else");
    if ((await realpath(path)) !== path) throw new Error("expected no link on the way to the file");
    return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const pieceBytes = 256 * 1024;

/** A part of a file, piece by piece, for as long as the file stays as it was; throws as soon as it has changed. */
export async function* readUnchanged(
  handle: FileHandle,
  stamp: string,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  for (let at = start; at < end;) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, end - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    const changed = stampOf(await handle.stat({ bigint: true })) !== stamp;
    if (bytesRead === 0 || changed) throw new Error("the file has changed while it was read");
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}
