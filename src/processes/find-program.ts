import { accessSync, constants, realpathSync } from "node:fs";
import { basename, delimiter, join } from "node:path";

/**
 * The first program of that name in these directories (as in PATH), unless another one only stands in for it, as a
 * busybox does; undefined where there is none.
 */
export function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((each) => usable(each, name));
}

function usable(path: string, name: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return basename(realpathSync(path)) === name;
  } catch {
    // Not there or not for us.
    return false;
  }
}
