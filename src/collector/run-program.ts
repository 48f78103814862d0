import { systemCodeOf } from "../errors.ts";

/** A program to be run to its end. */
export interface ProgramCall {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly directory: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** How a call ended; `problem` is undefined after exit code 0 and else says what was wrong. */
export interface ProgramEnd {
  readonly output: string;
  readonly problem: string | undefined;
}

const killAfterMs = 2_000;

/** Runs a program in a process group of its own; after the limit or an abort the whole group is ended. */
export async function runProgram(call: ProgramCall): Promise<ProgramEnd> {
  call.signal.throwIfAborted();
  const { execa } = await import("execa");
  const limit = AbortSignal.timeout(call.limitMs);
  const child = execa(call.program, [...call.parameters], {
    cwd: call.directory,
    env: Object.fromEntries(call.environment),
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    detached: true,
  });
  const stop = AbortSignal.any([limit, call.signal]);
  const dismiss = endGroupOn(stop, child.pid);
  child.all.on("data", (chunk: Buffer) => call.onOutput?.(chunk.toString("utf8")));
  const result = await child;
  dismiss();
  call.signal.throwIfAborted();
  return { output: result.all, problem: problemOf(result, limit, call.limitMs) };
}

interface Ending {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly originalMessage?: string | undefined;
  readonly failed: boolean;
}

function problemOf(ending: Ending, limit: AbortSignal, limitMs: number): string | undefined {
  if (!ending.failed) return undefined;
  if (limit.aborted) return `it did not end within ${limitMs / 1000} s`;
  if (ending.code !== undefined) return startProblem(ending.code);
  if (ending.signal !== undefined) return `it was ended by ${ending.signal}`;
  if (ending.exitCode !== undefined) return `it ended with exit code ${ending.exitCode}`;
  return ending.originalMessage ?? "it could not be run";
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

function endGroupOn(stop: AbortSignal, pid: number | undefined): () => void {
  if (pid === undefined) return () => undefined;
  const ending = { timer: undefined as NodeJS.Timeout | undefined };
  const end = (): void => {
    signalGroup(pid, "SIGTERM");
    ending.timer = setTimeout(() => signalGroup(pid, "SIGKILL"), killAfterMs);
  };
  if (stop.aborted) end();
  else stop.addEventListener("abort", end, { once: true });
  return () => {
    stop.removeEventListener("abort", end);
    clearTimeout(ending.timer);
    // The first process of the group may be gone before its own children are.
    if (stop.aborted) signalGroup(pid, "SIGKILL");
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group has already ended, which is what was wanted; macOS says EPERM for one that was not reaped.
    const code = systemCodeOf(error);
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
