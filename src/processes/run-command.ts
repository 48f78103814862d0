import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { messageOf, systemCodeOf } from "../errors.ts";
import { endAfter } from "./end-after.ts";
import { endGroup } from "./end-group.ts";
import { watchMemory } from "./memory-limit.ts";
import { lackOfFiles } from "./lack-of-files.ts";

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
  /** One that takes more is ended; and where memory runs out, the kernel ends this one first, also with Infinity. */
  readonly maxMemoryBytes?: number;
}

/** How a command ended. */
export interface Outcome {
  readonly ok: boolean;
  readonly code: number | undefined;
  /** What ended it, where it did not end by itself. */
  readonly signal: NodeJS.Signals | undefined;
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

const usualMaxOutputBytes = 64 * 1024 * 1024;

/** How long a command that has ended may still be saying something, by what it has started. */
const lastWordsMs = 2_000;

/**
 * Runs a command in a process group of its own. When its time is over, at an abort and with this process the whole
 * group is ended; what it leaves behind when it ends by itself is let be, and not waited for. Never rejects.
 */
export async function runCommand(command: Command): Promise<Outcome> {
  const lack = lackOfFiles();
  if (lack !== undefined) return notRun(lack.problem, lack.code);
  const begun = performance.now();
  const child = started(command);
  if (child instanceof Error) return notRun(child.message, systemCodeOf(child));
  const share = sparely(child.pid, command.maxMemoryBytes);
  const said = listen(child, command.maxOutputBytes ?? usualMaxOutputBytes);
  const limit = endAfter(child.pid, command, said.stop);
  const { code, signal, error } = await ended(child, said.stop);
  limit.lift();
  share?.stop();
  const timedOut = limit.reached();
  if (error !== undefined) return notRun(error.message, systemCodeOf(error));
  const problem = share?.problem() ?? said.problem() ?? problemOf(signal);
  return {
    ok: code === 0 && problem === undefined && !timedOut,
    ...{ code, signal, startCode: undefined },
    ...said.texts(),
    timedOut,
    problem: timedOut ? undefined : problem,
    tookMs: performance.now() - begun,
  };
}

function started({ program, args, env, directory }: Command): ChildProcess | Error {
  try {
    return spawn(program, args, {
      cwd: directory,
      env,
      // Where the program is a script, what it started keeps its outputs open: the whole group has to end.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    // An argument that no system takes: with a zero byte in it, or too long.
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

interface Share {
  /** Why it was ended. */
  readonly problem: () => string | undefined;
  readonly stop: () => void;
}

function sparely(pid: number | undefined, maxBytes: number | undefined): Share | undefined {
  if (pid === undefined || maxBytes === undefined) return undefined;
  try {
    // Raising it needs no rights.
    writeFileSync(`/proc/${pid}/oom_score_adj`, "1000");
  } catch {
    // It has ended already, or the system has no such file.
  }
  if (maxBytes === Infinity) return undefined;
  let problem: string | undefined;
  const { stop } = watchMemory(pid, maxBytes, () => {
    problem = `the command took more than ${Math.floor(maxBytes / 1024 / 1024)} MiB of memory`;
    endGroup(pid);
  });
  return { stop, problem: () => problem };
}

interface Said {
  readonly texts: () => Pick<Outcome, "stdout" | "stderr" | "output">;
  /** Why it was not heard to its end. */
  readonly problem: () => string | undefined;
  /** Waits for nothing more: a process that has left the group may keep the outputs open. */
  readonly stop: () => void;
}

function listen(child: ChildProcess, maxBytes: number): Said {
  // A process that could not even have its pipes has no outputs.
  const outputs = [child.stdout, child.stderr].filter((each) => each instanceof Readable);
  const pieces: { readonly from: Readable; readonly bytes: Buffer }[] = [];
  let left = maxBytes;
  const stop = (): void => {
    for (const each of outputs) each.destroy();
  };
  for (const from of outputs) {
    from.on("error", () => undefined);
    from.on("data", (bytes: Buffer) => {
      if (left >= 0) pieces.push({ from, bytes: bytes.subarray(0, left) });
      left -= bytes.length;
      if (left >= 0) return;
      stop();
      if (child.pid !== undefined) endGroup(child.pid);
    });
  }
  const text = (of?: Readable | null): string => {
    const chosen = pieces.filter(({ from }) => of === undefined || from === of);
    const whole = Buffer.concat(chosen.map(({ bytes }) => bytes)).toString("utf8");
    return whole.replace(/\r?\n$/, "");
  };
  return {
    texts: () => ({ stdout: text(child.stdout), stderr: text(child.stderr), output: text() }),
    problem: () => (left < 0 ? `the command said more than ${maxBytes} bytes` : undefined),
    stop,
  };
}

interface Ending {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Why it could not be started. */
  readonly error: Error | undefined;
}

function ended(child: ChildProcess, stopHearing: () => void): Promise<Ending> {
  return new Promise((resolve) => {
    // A script may leave something behind that keeps its outputs open: that is no part of the answer.
    let lastWords: NodeJS.Timeout | undefined;
    child.once("exit", () => {
      lastWords = setTimeout(stopHearing, lastWordsMs);
    });
    // Not once: what is heard by nobody would end this process.
    child.on("error", (error) => {
      // A program that could not be started has no end; one that could has one.
      if (child.pid !== undefined) return;
      resolve({ code: undefined, signal: undefined, error });
    });
    child.once("close", (code: number | null, signal: NodeJS.Signals | null) => {
      clearTimeout(lastWords);
      resolve({ code: code ?? undefined, signal: signal ?? undefined, error: undefined });
    });
  });
}

/** An end by a signal of somebody else's (a machine without memory) is no answer either. */
function problemOf(signal: NodeJS.Signals | undefined): string | undefined {
  return signal === undefined ? undefined : `the command was ended by ${signal}`;
}

function notRun(problem: string, startCode: string | undefined): Outcome {
  const nothing = { code: undefined, signal: undefined, stdout: "", stderr: "", output: "" };
  return { ok: false, ...nothing, timedOut: false, problem, startCode, tookMs: 0 };
}
