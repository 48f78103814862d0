import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join, basename } from "node:path";

/**
 * The program that has the kernel send the agent SIGTERM when the supervisor dies, whatever kills it; undefined where
 * there is none that can. A busybox has a setpriv without this.
 */
export function findSetpriv(path: string): string | undefined {
  return findProgram("setpriv", path);
}

/** The first program of that name in these directories (as in PATH), unless another one only stands in for it. */
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

/** The command that runs `executable` so that it does not outlive this process. */
export function withDeathSignal(
  setpriv: string | undefined,
  executable: string,
  args: readonly string[],
): readonly [string, readonly string[]] {
  if (setpriv === undefined) return [executable, args];
  return [setpriv, ["--pdeathsig", "TERM", "--", executable, ...args]];
}
