import { rmSync, renameSync, openSync, fstatSync, readSync, closeSync, statSync } from "node:fs";

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

/** Opens the log for one run. The agent writes into it by its own descriptor; a large one is set aside first. */
export function openAgentLog(path: string, { maxBytes, maxFiles }: LogRotation): AgentLog {
  // Half a copy, where a supervisor was killed in the middle of it.
  rmSync(copyPath(path), { force: true });
  if (sizeOf(path) > maxBytes) {
    makeRoom(path, maxFiles);
    renameSync(path, asidePath(path));
  }
  const file = openSync(path, "a", 0o600);
  return { file, start: fstatSync(file).size };
}

/** Makes the log where it is not there yet: whoever follows it need not wait for the first run. */
export function createAgentLog(path: string): void {
  try {
    closeSync(openSync(path, "a", 0o600));
  } catch {
    // The first run finds the same and says so.
  }
}

/** The last bytes that a run wrote, never those of an earlier one. */
export function tailOf(path: string, start: number, maxBytes: number): Buffer {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const from = Math.max(start, size - maxBytes);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    const read = readSync(file, bytes, 0, bytes.length, from);
    return bytes.subarray(0, read);
  } finally {
    closeSync(file);
  }
}

/** The size of a file, 0 where there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
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
