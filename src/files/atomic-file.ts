import { renameSync, rmSync, openSync, fchmodSync, writeSync, fsyncSync, closeSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf, systemCodeOf } from "../errors.ts";
import { type KillPoint, noKillPoint } from "./kill-point.ts";

/** Writes a file so that a reader, and the disk after a power cut, has the old text or the new one, never a part. */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  passing: KillPoint = noKillPoint,
  mode = 0o600,
): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeThrough(temporary, content, mode);
    passing("temporary written");
    renameSync(temporary, path);
  } catch (error) {
    removeOurs(temporary);
    throw withPath(path, error);
  }
  syncDirectory(dirname(path));
}

/** The system names no path when it is a write that fails. */
function withPath(path: string, error: unknown): unknown {
  const code = systemCodeOf(error);
  const message = messageOf(error);
  if (code === undefined || message.includes(path)) return error;
  return Object.assign(new Error(`${message} '${path}'`, { cause: error }), { code });
}

/** The first failure is the one to tell of, whatever stands in the way of tidying up. */
function removeOurs(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It stays, and the next write removes it.
  }
}

/** Only ever a file that is made now: to open a pipe that somebody has put there would wait for ever. */
function openNew(path: string): number {
  rmSync(path, { force: true, recursive: true });
  return openSync(path, "wx", 0o600);
}

function writeThrough(path: string, content: string | Uint8Array, mode: number): void {
  const file = openNew(path);
  try {
    // The process's umask takes bits away that somebody wants.
    if (mode !== 0o600) fchmodSync(file, mode);
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Without this a rename may be forgotten by a power cut. */
function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
