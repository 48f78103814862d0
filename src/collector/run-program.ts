import { endAfter } from "../processes/end-after.ts";
import { lackOfFiles } from "../processes/lack-of-files.ts";

/** A program that helps to get a collector: it may run for minutes. */
export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  /** All that it sees of the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** How a call ended; `problem` is undefined after exit code 0 and else says what was wrong. */
export interface ProgramEnd {
  readonly output: string;
  /** False when it was not run, or not to its own end. */
  readonly ran: boolean;
  readonly problem: string | undefined;
}

/** What is looked at of the outcome of execa. */
interface Ending {
  readonly failed: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** Why it could not be started, in the system's word. */
  readonly code?: string | undefined;
  readonly shortMessage?: string | undefined;
}

const graceMs = 2_000;
const maxOutputCharacters = 64 * 1024 * 1024;

/** Runs a program to its end, which is a problem in words for people where it is not a good one; throws at an abort. */
export async function runProgram(call: ProgramCall): Promise<ProgramEnd> {
  const { program, args, env, directory, timeoutMs, signal, onOutput } = call;
  signal.throwIfAborted();
  const lack = lackOfFiles();
  if (lack !== undefined) return { output: "", ran: false, problem: lack.problem };
  // The heaviest of the packages: what else the command line does goes without it.
  const { execa } = await import("execa");
  const child = execa(program, args, {
    cwd: directory,
    env,
    extendEnv: false,
    reject: false,
    // What it starts is ended with it.
    detached: true,
    stdin: "ignore",
    all: true,
    maxBuffer: maxOutputCharacters,
  });
  if (onOutput !== undefined) {
    child.all.on("data", (chunk: Buffer) => onOutput(chunk.toString("utf8")));
  }
  const limit = endAfter(child.pid, { timeoutMs, graceMs, signal });
  const ending = await child;
  limit.lift();
  signal.throwIfAborted();
  const timedOut = limit.reached();
  return {
    output: ending.all,
    ran: ending.exitCode !== undefined && !timedOut,
    problem: timedOut ? `it did not end within ${timeoutMs / 1000} s` : problemOf(ending),
  };
}

function problemOf({ failed, code, signal, exitCode, shortMessage }: Ending): string | undefined {
  if (!failed) return undefined;
  if (code !== undefined) return startProblem(code);
  if (signal !== undefined) return `it was ended by ${signal}`;
  if (exitCode !== undefined) return `it ended with exit code ${exitCode}`;
  return shortMessage ?? "it could not be run";
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
