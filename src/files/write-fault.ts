import { statSync } from "node:fs";
import { messageOf, systemCodeOf } from "../errors.ts";

/** What keeps a path from being written, for people: what is so, and what helps. */
export function writeFault(path: string, error: unknown): string {
  const code = systemCodeOf(error) ?? "";
  const sentence = sentences[code];
  return sentence === undefined ? `${path} cannot be written: ${messageOf(error)}` : sentence(path);
}

/** True of failures of the disk itself, whatever was to be written on it. */
export function isDiskFault(error: unknown): boolean {
  return ["EROFS", "ENOSPC", "EDQUOT", "EIO"].includes(systemCodeOf(error) ?? "");
}

const sentences: Readonly<Record<string, (path: string) => string>> = {
  EROFS: (path) =>
    `${path} is on a file system that is mounted read-only: mount a volume there that may be written`,
  ENOSPC: (path) => `there is no space left on the disk for ${path}: make room, or use another one`,
  EDQUOT: (path) =>
    `the quota of this user on the disk of ${path} is used up: make room, or use another one`,
  EACCES: forbidden,
  EPERM: forbidden,
  ENOENT: (path) =>
    `${path} cannot be made: its directory is missing, or one where nothing can be made (as in /proc)`,
  ENOTDIR: noDirectory,
  EEXIST: noDirectory,
  EISDIR: (path) => `${path} is a directory: expected a file`,
  ENXIO: (path) =>
    `${path} is a pipe that nobody reads, or a device that is not there: start its reader first, or let this user read the pipe too`,
  EIO: (path) => `the disk of ${path} fails: the system could not write to it`,
};

function noDirectory(path: string): string {
  return `${path} is, or lies below, something that is no directory: expected a path that is free or a directory`;
}

function forbidden(path: string): string {
  const uid = process.getuid?.();
  const user = uid === undefined ? "this user" : `this user (uid ${uid})`;
  const owner = ownerOf(path);
  const [whose, first] =
    uid === undefined || owner === undefined || owner === uid
      ? ["", "make it and give it to this user"]
      : [`, it belongs to uid ${owner}`, `give it to this user (chown -R ${uid} ${path})`];
  return `${path} may not be made or written by ${user}${whose}: ${first}, or name another one`;
}

/** Undefined where it is not there, or cannot be seen. */
function ownerOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.uid;
  } catch {
    return undefined;
  }
}
