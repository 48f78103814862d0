import { type Command, type Outcome, runCommand } from "../processes/run-command.ts";

/** A program that helps to get a collector. */
export interface ProgramCall extends Omit<Command, "graceMs"> {
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** How a call ended; `problem` is undefined after exit code 0 and else says what was wrong. */
export interface ProgramEnd {
  readonly output: string;
  /** False when it was not run, or not to its own end. */
  readonly ran: boolean;
  readonly problem: string | undefined;
}

const graceMs = 2_000;

/** Runs a program to its end, which is a problem in words for people where it is not a good one; throws at an abort. */
export async function runProgram(call: ProgramCall): Promise<ProgramEnd> {
  call.signal.throwIfAborted();
  const outcome = await runCommand({ ...call, graceMs });
  call.signal.throwIfAborted();
  const ran = outcome.code !== undefined && !outcome.timedOut;
  return { output: outcome.output, ran, problem: problemOf(outcome, call.timeoutMs) };
}

function problemOf(outcome: Outcome, timeoutMs: number): string | undefined {
  const { ok, timedOut, startCode, signal, code, problem } = outcome;
  if (ok) return undefined;
  if (timedOut) return `it did not end within ${timeoutMs / 1000} s`;
  if (startCode !== undefined) return startProblem(startCode);
  if (signal !== undefined) return `it was ended by ${signal}`;
  if (code !== undefined) return `it ended with exit code ${code}`;
  return problem ?? "it could not be run";
}

function startProblem(code: string): string {
  switch (code) {
    case "ENOENT":
      return "it, or the interpreter or loader that it needs, does not exist";
    case "EACCES":
    case "EPERM":
      return "it may not be executed";
    case "ENOEXEC":
    case "EBADARCH":
      return "it is not a program for this kind of machine";
    default:
      return `it could not be started (${code})`;
  }
}
