import {
  constants,
  read,
  write,
  rmSync,
  closeSync,
  fstatSync,
  readSync,
  writeSync,
  renameSync,
  ftruncateSync,
} from "node:fs";
import { promisify } from "node:util";
import { openRegular, refuseForeignLink } from "../../files/regular-file.ts";
import { type LogRotation, sizeOf, copyPath, makeRoom, asidePath } from "./agent-log.ts";

/** What became of a log that was set aside. */
export interface SetAside {
  readonly keptBytes: number;
  /** Older ones that were not copied, because the log was far too large. */
  readonly skippedBytes: number;
  /** Written between the copy and the emptying. */
  readonly lostBytes: number;
}

/** A copy of a log that somebody is still writing. */
interface LogCopy {
  /** Copies the rest and empties the log, in one go: what comes in between is lost. */
  readonly finish: () => SetAside;
  /** Leaves the log as it is. */
  readonly abandon: () => void;
}

const pieceBytes = 256 * 1024;
/** The rest that is copied in one go at the end is no larger than this. */
const restBytes = 1024 * 1024;
/** An agent that writes faster than we copy is not followed for ever. */
const maxRounds = 4;

const readPiece = promisify(read);
const writePiece = promisify(write);

/**
 * Copies a log that is too large, without holding up the loop; undefined when it is not. The agent keeps its
 * descriptor, so that the file itself has to stay. Of one that is more than twice too large only the end is kept.
 */
export async function copyLog(path: string, rotation: LogRotation): Promise<LogCopy | undefined> {
  const size = sizeOf(path);
  const { maxBytes, maxFiles } = rotation;
  if (size <= maxBytes) return undefined;
  // The oldest one goes in any case. It is removed first, because its room may be all that is left on the disk.
  rmSync(`${path}.${maxFiles}`, { force: true });
  refuseForeignLink(path);
  const from = openRegular(path, constants.O_RDWR);
  const to = openCopy(copyPath(path), from);
  const first = size > 2 * maxBytes ? size - maxBytes : 0;
  const close = (): void => {
    closeSync(from);
    closeSync(to);
  };
  const abandon = (): void => {
    close();
    rmSync(copyPath(path), { force: true });
  };
  try {
    const copied = await follow(from, to, first);
    return { finish: () => finish(path, maxFiles, { from, to, first, copied }, close), abandon };
  } catch (error) {
    abandon();
    throw error;
  }
}

/** What stands there gives way; half a copy, or something of somebody else's. */
function openCopy(path: string, from: number): number {
  try {
    rmSync(path, { force: true, recursive: true });
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    return openRegular(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  } catch (error) {
    closeSync(from);
    throw error;
  }
}

interface Copied {
  readonly from: number;
  readonly to: number;
  /** Where the copy begins, and how far it goes. */
  readonly first: number;
  readonly copied: number;
}

/** Copies to the end, and what was written meanwhile, until little is left. Gives back how far it came. */
async function follow(from: number, to: number, first: number): Promise<number> {
  let at = first;
  for (let round = 0; round < maxRounds; round += 1) {
    const { size } = fstatSync(from);
    if (round > 0 && size - at <= restBytes) break;
    at = await copyUpTo(from, to, at, size);
  }
  return at;
}

async function copyUpTo(from: number, to: number, start: number, end: number): Promise<number> {
  const piece = Buffer.allocUnsafe(pieceBytes);
  let at = start;
  while (at < end) {
    const { bytesRead } = await readPiece(from, piece, 0, Math.min(pieceBytes, end - at), at);
    if (bytesRead === 0) break;
    for (let written = 0; written < bytesRead;) {
      written += (await writePiece(to, piece, written, bytesRead - written)).bytesWritten;
    }
    at += bytesRead;
  }
  return at;
}

function finish(
  path: string,
  maxFiles: number,
  { from, to, first, copied }: Copied,
  close: () => void,
): SetAside {
  try {
    const rest = Buffer.allocUnsafe(restBytes);
    const bytesRead = readSync(from, rest, 0, restBytes, copied);
    for (let written = 0; written < bytesRead;) {
      written += writeSync(to, rest, written, bytesRead - written);
    }
    // Only now, so that no older one is moved for a copy that fails.
    makeRoom(path, maxFiles);
    renameSync(copyPath(path), asidePath(path));
    const end = copied + bytesRead;
    const { size } = fstatSync(from);
    ftruncateSync(from, 0);
    return { keptBytes: end - first, skippedBytes: first, lostBytes: Math.max(0, size - end) };
  } finally {
    close();
  }
}
