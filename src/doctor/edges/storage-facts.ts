import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCodeOf } from "../../errors.ts";
import type { StorageFacts } from "../judge/judge-storage.ts";

/** Looks at a storage directory, or at the nearest folder above it that is there. Waits for no file system here: the caller does. */
export async function lookAtStorage(directory: string): Promise<StorageFacts> {
  for (let at = directory; ; at = dirname(at)) {
    try {
      const { uid, mode } = await stat(at);
      const { bavail, bsize, files, ffree, type } = await statfs(at);
      return {
        directory,
        exists: at === directory,
        ownerUid: uid,
        mode,
        freeBytes: bavail * bsize,
        // Some kinds make room for files as they are needed and say 0.
        freeFiles: files === 0 ? undefined : ffree,
        kind: type,
      };
    } catch (error) {
      if (systemCodeOf(error) !== "ENOENT" || at === dirname(at)) throw error;
    }
  }
}
