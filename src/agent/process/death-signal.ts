import { findProgram } from "../../processes/find-program.ts";

/**
 * The program that has the kernel send the agent SIGTERM when the supervisor dies, whatever kills it; undefined where
 * there is none that can. A busybox has a setpriv without this.
 */
export function findSetpriv(path: string): string | undefined {
  return findProgram("setpriv", path);
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
