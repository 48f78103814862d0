import { statSync } from "node:fs";

/**
 * Looks, whenever it is called, whether another file lies in the place of a program than before, and says so once for each
 * change. A file that is gone is no other one: it may be on its way back.
 */
export function createBinaryWatch(path: () => string, replaced: () => void): () => void {
  let known = { path: path(), mark: markOf(path()) };
  return () => {
    const now = { path: path(), mark: markOf(path()) };
    if (now.mark === undefined && now.path === known.path) return;
    const isOther = now.path === known.path && known.mark !== undefined && now.mark !== known.mark;
    known = now;
    if (isOther) replaced();
  };
}

/** Differs for two files; undefined where there is none. */
function markOf(path: string): string | undefined {
  try {
    const { size, mtimeMs, ino, dev } = statSync(path);
    return [size, mtimeMs, ino, dev].join();
  } catch {
    return undefined;
  }
}
