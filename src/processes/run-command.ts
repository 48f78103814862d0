import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { isScarcity, messageOf, systemCodeOf } from "../errors.ts";
import { endGroup } from "./end-group.ts";

/** A program to be run to its end. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** All that it sees of the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Undefined: that of this process. */
  readonly directory?: string;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /** A command that says more is ended; 64 MB when missing. */
  readonly maxOutputBytes?: number;
  /** So long it may take to end by itself after SIGTERM, once its time is over; 0: no such word. */
  readonly graceMs?: number;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** How a command ended. */
export interface Outcome {
  readonly ok: boolean;
  readonly code: number | undefined;
  /** What ended it, where it did not end by itself. */
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Both as they came. */
  readonly output: string;
  readonly timedOut: boolean;
  /** Why it could not be run to its own end. */
  readonly problem: string | undefined;
  /** Why it could not be started, in the system's word. */
  readonly startCode: string | undefined;
  readonly tookMs: number;
}

/**
 * Runs a command in a process group of its own. When its time is over, at an abort and with this process the whole
 * group is ended. Never rejects.
 */
export async function runCommand(command: Command): Promise<Outcome> {
  const lack = lackOfFiles();
  if (lack !== undefined) return notStarted(lack);
  // execa is the heaviest of the packages; a start with known facts does without it.
  const { execa } = await import("execa");
  const child = execa(command.program, command.args, {
    ...(command.directory !== undefined && { cwd: command.directory }),
    env: command.env,
    extendEnv: false,
    reject: false,
    // Where the program is a script, what it started keeps its outputs open: the whole group has to end.
    detached: true,
    stdin: "ignore",
    all: true,
    stripFinalNewline: true,
    maxBuffer: command.maxOutputBytes ?? 64 * 1024 * 1024,
  });
  const { onOutput } = command;
  if (onOutput !== undefined) {
    child.all.on("data", (chunk: Buffer) => onOutput(chunk.toString("utf8")));
  }
  const limit = endAfter(child.pid, command);
  const result = await child;
  limit.lift();
  return {
    ok: !result.failed,
    code: result.exitCode,
    signal: result.signal,
    stdout: result.stdout,
    stderr: result.stderr,
    output: result.all,
    timedOut: limit.reached(),
    problem: limit.reached() ? undefined : problemOf(result),
    startCode: result.code,
    tookMs: result.durationMs,
  };
}

/** The ends of two pipes, and what the system takes while it makes a process. */
const filesNeeded = 8;

/**
 * Why there are not enough files for another process. Tried beforehand: where a process cannot even have its pipes,
 * execa throws, and leaves an error that nobody hears.
 */
function lackOfFiles(): unknown {
  const files: number[] = [];
  try {
    while (files.length < filesNeeded) files.push(openSync(devNull, "r"));
    return undefined;
  } catch (error) {
    return isScarcity(error) ? error : undefined;
  } finally {
    for (const file of files) closeSync(file);
  }
}

function notStarted(error: unknown): Outcome {
  const nothing = { code: undefined, signal: undefined, stdout: "", stderr: "", output: "" };
  const code = systemCodeOf(error);
  const problem = `no program can be run, because no file can be opened (${code ?? messageOf(error)}): raise the limit of open files (ulimit -n, LimitNOFILE=)`;
  const how = { problem, startCode: code };
  return { ok: false, ...nothing, timedOut: false, ...how, tookMs: 0 };
}

interface Limit {
  readonly reached: () => boolean;
  readonly lift: () => void;
}

/** Ends a group after a time, at an abort, and with this process. */
function endAfter(pid: number | undefined, { timeoutMs, graceMs = 0, signal }: Command): Limit {
  let reached = false;
  let over = false;
  let ending: NodeJS.Timeout | undefined;
  const kill = (): void => {
    if (pid !== undefined) endGroup(pid);
  };
  const end = (): void => {
    if (over || pid === undefined) return;
    over = true;
    if (graceMs === 0) kill();
    else {
      endGroup(pid, "SIGTERM");
      ending = setTimeout(kill, graceMs);
    }
  };
  const timer = setTimeout(() => {
    reached = true;
    end();
  }, timeoutMs);
  process.once("exit", kill);
  signal?.addEventListener("abort", end);
  if (signal?.aborted === true) end();
  return {
    reached: () => reached,
    lift: () => {
      clearTimeout(timer);
      clearTimeout(ending);
      process.off("exit", kill);
      signal?.removeEventListener("abort", end);
      // The first process of the group may be gone before its own children are.
      if (ending !== undefined) kill();
    },
  };
}

/** What is looked at of the outcome of execa. */
interface Ending {
  readonly failed: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly originalMessage?: string | undefined;
  readonly shortMessage?: string | undefined;
}

/** An end by a signal of somebody else's (a machine without memory) is no answer either. */
function problemOf(ending: Ending): string | undefined {
  if (!ending.failed || ending.exitCode !== undefined) return undefined;
  if (ending.signal !== undefined) return `the command was ended by ${ending.signal}`;
  return ending.originalMessage ?? ending.shortMessage;
}
