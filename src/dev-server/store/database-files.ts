import {
  closeSync,
  constants,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { openRegular } from "../../files/regular-file.ts";

const header = "SQLite format 3\0";
/** What SQLite has beside a database while it is used, or was killed. */
const beside = ["-wal", "-journal"];

/** What is seen of a database and its log from outside: whoever writes to one of them changes that. */
export interface FileMarks {
  readonly main: FileMark | undefined;
  readonly log: FileMark | undefined;
}

interface FileMark {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/** What somebody else has done to a database that is open. */
export type Change = "gone" | "replaced" | "changed";

/** Looks at a database and its log. */
export function marksOf(path: string): FileMarks {
  return { main: markOf(path), log: markOf(`${path}-wal`) };
}

/** What has happened between two looks, between which we ourselves wrote nothing. */
export function changeBetween(before: FileMarks, after: FileMarks): Change | undefined {
  if (after.main === undefined) return "gone";
  if (after.main.ino !== before.main?.ino) return "replaced";
  return isSame(before.main, after.main) && isSame(before.log, after.log) ? undefined : "changed";
}

/** Something is there, and it is no database; throws where it is no file. */
export function isForeign(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || (found.isFile() && found.size === 0)) return false;
  const file = openRegular(path, constants.O_RDONLY);
  try {
    const start = Buffer.alloc(header.length);
    readSync(file, start);
    return start.toString("latin1") !== header;
  } finally {
    closeSync(file);
  }
}

/** A file without a byte: somebody has made it for us, or it has lost all that was in it. */
export function isEmpty(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0;
}

/** A log or journal that belongs to no database: that of another one must never be played into a new one. */
export function hasOrphans(path: string): boolean {
  return sizeOf(path) === 0 && beside.some((suffix) => sizeOf(path + suffix) > 0);
}

/** Moves a database away with what is beside it, which goes first: whoever is killed in between leaves none to a new one. */
export function putAside(path: string, aside: string): void {
  for (const suffix of [...beside, ""]) {
    if (statSync(path + suffix, { throwIfNoEntry: false }) !== undefined) {
      renameSync(path + suffix, aside + suffix);
    }
  }
}

/** Removes what is left of a database that never was one. */
export function removeDatabase(path: string): void {
  for (const suffix of [...beside, ""]) rmSync(path + suffix, { force: true });
}

/** Empties the log, so that nothing of it comes into a file that somebody else has written. */
export function dropLog(path: string): void {
  if (statSync(`${path}-wal`, { throwIfNoEntry: false })?.isFile() === true) {
    truncateSync(`${path}-wal`);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function markOf(path: string): FileMark | undefined {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return { ino, size, mtimeNs };
  } catch {
    // Removed, with its folder or without it; or out of our reach, which opening it again has words for.
    return undefined;
  }
}

function isSame(one: FileMark | undefined, other: FileMark | undefined): boolean {
  return one?.ino === other?.ino && one?.size === other?.size && one?.mtimeNs === other?.mtimeNs;
}
