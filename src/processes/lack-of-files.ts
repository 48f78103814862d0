import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { isScarcity, messageOf, systemCodeOf } from "../errors.ts";

/** Why no program can be run just now. */
export interface LackOfFiles {
  /** In the system's word. */
  readonly code: string | undefined;
  readonly problem: string;
}

/** The ends of two pipes, and what the system takes while it makes a process. */
const filesNeeded = 8;

/**
 * Why there are not enough files for another process; undefined: there are. Tried beforehand: where a process cannot even
 * have its pipes, Node and execa leave an error that nobody hears.
 */
export function lackOfFiles(): LackOfFiles | undefined {
  const files: number[] = [];
  try {
    while (files.length < filesNeeded) files.push(openSync(devNull, "r"));
    return undefined;
  } catch (error) {
    if (!isScarcity(error)) return undefined;
    const code = systemCodeOf(error);
    const problem = `no program can be run, because no file can be opened (${code ?? messageOf(error)}): raise the limit of open files (ulimit -n, LimitNOFILE=)`;
    return { code, problem };
  } finally {
    for (const file of files) closeSync(file);
  }
}
