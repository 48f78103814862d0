import { closeSync, constants, fstatSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { openRegular, refuseForeignLink } from "../../files/regular-file.ts";

/** `agent.log` of one run: where the run's own lines begin. */
export interface AgentLog {
  readonly file: number;
  readonly start: number;
}

/** From which size a log is set aside, and how many of those are kept. */
export interface LogRotation {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/**
 * Opens the log for one run. The agent writes into it by its own descriptor; a large one is set aside first. Throws where
 * there is something else than a file, and where none can be made.
 */
export function openAgentLog(path: string, rotation: LogRotation): AgentLog {
  try {
    setAsideBefore(path, rotation);
  } catch {
    // A disk that is full or read-only: the log goes on where it is, and a look at its size says so.
  }
  const file = openToWrite(path);
  return { file, start: fstatSync(file).size };
}

function openToWrite(path: string): number {
  refuseForeignLink(path);
  return openRegular(path, appending, 0o600);
}

// To be read too: what the agent said last is read here even when the file has lost its name.
const appending = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;

function setAsideBefore(path: string, { maxBytes, maxFiles }: LogRotation): void {
  // Half a copy, where a supervisor was killed in the middle of it.
  rmSync(copyPath(path), { force: true });
  if (sizeOf(path) <= maxBytes) return;
  makeRoom(path, maxFiles);
  renameSync(path, asidePath(path));
}

/** Makes the log where it is not there yet: whoever follows it need not wait for the first run. */
export function createAgentLog(path: string): void {
  try {
    closeSync(openToWrite(path));
  } catch {
    // The first run finds the same and says so.
  }
}

/** The last bytes that a run wrote, never those of an earlier one. */
export function tailOf(path: string, start: number, maxBytes: number): Buffer {
  const file = openRegular(path, constants.O_RDONLY);
  try {
    return tailIn(file, start, maxBytes);
  } finally {
    closeSync(file);
  }
}

/** The same of a file that is open. */
export function tailIn(file: number, start: number, maxBytes: number): Buffer {
  const { size } = fstatSync(file);
  const from = Math.max(start, size - maxBytes);
  const bytes = Buffer.alloc(Math.max(0, size - from));
  const read = readSync(file, bytes, 0, bytes.length, from);
  return bytes.subarray(0, read);
}

/** True when a path leads to the file that is open. */
export function leadsTo(path: string, file: number): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  const { dev, ino } = fstatSync(file);
  return there !== undefined && there.dev === dev && there.ino === ino;
}

/** The size of a file, 0 where there is none or something else. */
export function sizeOf(path: string): number {
  const there = statSync(path, { throwIfNoEntry: false });
  return there?.isFile() === true ? there.size : 0;
}

/** Where the log that was set aside last lies. */
export function asidePath(path: string): string {
  return `${path}.1`;
}

/** Where a copy is made that is not whole yet. */
export function copyPath(path: string): string {
  return `${path}.new`;
}

/** Frees the place of the newest one: each takes the next number, and those beyond the limit go. */
export function makeRoom(path: string, maxFiles: number): void {
  for (let number = maxFiles; sizeOf(`${path}.${number}`) > 0; number += 1) {
    rmSync(`${path}.${number}`);
  }
  for (let number = maxFiles - 1; number >= 1; number -= 1) {
    if (sizeOf(`${path}.${number}`) > 0) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
}
