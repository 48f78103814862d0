import { realpathSync } from "node:fs";
import { resolve, dirname, join, relative } from "node:path";

/**
 * Follows the links in paths that the agent would use from its working directory. What does not exist yet is kept as it
 * is written, below the part that does.
 */
export function createRealPath(workingDirectory: string): (path: string) => string {
  return (path) => follow(resolve(workingDirectory, path));
}

function follow(path: string): string {
  for (let there = path; ; there = dirname(there)) {
    const found = followWhole(there);
    if (found !== undefined) return join(found, relative(there, path));
    if (dirname(there) === there) return path;
  }
}

function followWhole(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    // Not there, not for us to look into, or a link to itself: its name is all that is known of it.
    return undefined;
  }
}
