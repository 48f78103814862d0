import { closeSync, constants, openSync, readSync } from "node:fs";

/**
 * True where what an executable leaves behind stays as a zombie: process `pid` is the first one of its container, which
 * has to look at the end of every process whose parent has ended, and a Node program cannot do that for processes that
 * it has not started. Only a script leaves any, and a wall of which a process stays beside the collector (`stays`).
 */
export function leavesZombies(
  executable: string,
  stays: boolean,
  pid: number = process.pid,
): boolean {
  return pid === 1 && (stays || isScript(executable));
}

/** True of a program that another one reads. */
export function isScript(executable: string): boolean {
  const start = Buffer.alloc(2);
  try {
    // A pipe in its place would be waited for.
    const file = openSync(executable, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      readSync(file, start);
    } finally {
      closeSync(file);
    }
  } catch {
    // It may be executed and not be read.
    return false;
  }
  return start.toString() === "#!";
}
