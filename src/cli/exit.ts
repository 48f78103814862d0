import { fromUnknown } from "../errors.ts";

/**
 * 0 stopped as asked, 1 could not run, 2 bad settings or arguments, 3 it runs and not all is well, 70 a fault of the
 * program.
 */
export const exitCode = {
  stopped: 0,
  couldNotRun: 1,
  badInput: 2,
  notWell: 3,
  ourFault: 70,
} as const;

/** Tells the person at the keyboard why a command came to nothing, and sets the exit code. */
export function endWith(error: unknown): void {
  const known = fromUnknown(error);
  process.stderr.write(`opampsupervisor: ${known.message}\n`);
  if (known.code === "internal") process.stderr.write(`${known.stack ?? ""}\n`);
  process.exitCode = known.code === "internal" ? exitCode.ourFault : exitCode.couldNotRun;
}
