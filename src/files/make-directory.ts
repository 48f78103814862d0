import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { systemCodeOf } from "../errors.ts";

/**
 * Makes a directory, and those above it that are missing, all with this mode. The recursive way of Node calls a file
 * system that is read-only a missing directory, and never comes back from one where nothing can be made (`/proc`).
 */
export function makeDirectory(path: string, mode = 0o777): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST" && isDirectory(path)) return;
    const above = dirname(path);
    if (systemCodeOf(error) !== "ENOENT" || above === path || existsSync(above)) throw error;
    makeDirectory(above, mode);
    mkdirSync(path, { mode });
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
