import { statSync } from "node:fs";
import { systemCodeOf, messageOf } from "../../errors.ts";
import { errorLines } from "../output/error-lines.ts";
import { findProcess } from "./find-process.ts";
import type { ProcessExit, AgentProcess } from "./agent-process.ts";
import type { AgentSignal } from "./run-processes.ts";
import { ageOf } from "../../processes/process-age.ts";
import { livesSince } from "../../processes/process-identity.ts";
import { runCommand } from "../../processes/run-command.ts";

/** How an agent is reached that somebody else starts. */
export interface AttachedProgram {
  /** `health`: its process is not seen; it counts as there, and its health check tells the rest. */
  readonly find: "process" | "health";
  readonly executable: string;
  readonly configPath: string;
  /** Instead of SIGHUP when not empty. */
  readonly reloadCommand: readonly string[];
  /** Instead of SIGTERM when not empty. */
  readonly restartCommand: readonly string[];
  /** The environment of those commands. */
  readonly env: Readonly<Record<string, string>>;
  readonly commandTimeoutMs: number;
  /**
   * In the time after something was asked for, a process is looked at every `quickMs` and searched for every `seekMs`;
   * at all other times both are done every `slowMs`.
   */
  readonly quickMs: number;
  readonly seekMs: number;
  readonly slowMs: number;
}

export type AttachedFact =
  | {
      readonly on: "agent-started";
      readonly run: number;
      readonly pid: number | undefined;
      readonly found: {
        readonly ageMs: number | undefined;
        readonly writtenAt: { readonly unixMs: number } | undefined;
      };
    }
  | { readonly on: "agent-missing"; readonly run: number; readonly why: string }
  | { readonly on: "agent-exited"; readonly run: number; readonly exit: ProcessExit };

/** Looks out for one process and watches it; decides nothing. */
export interface AttachedProcess extends AgentProcess {
  /** Looks out for the process of this run, until it is found. */
  readonly start: (run: number) => void;
  /** Rejects when the process cannot be told. */
  readonly signal: (run: number, signal: AgentSignal) => Promise<void>;
  /** Looks no more. */
  readonly leave: () => void;
}

/** A process that is looked for, or watched when it has been found. */
interface Watched {
  readonly run: number;
  readonly process: { readonly pid: number; readonly startTime: string } | undefined;
  readonly why: string | undefined;
}

/** How long after something was asked for news is expected. */
const quickPeriodMs = 30_000;
const nothingKnown: ProcessExit = {
  code: undefined,
  signal: undefined,
  outOfMemory: false,
  spawnError: undefined,
  lastLines: [],
};

/**
 * The process of an agent that somebody else starts. Only its parent is told of its end, and that is not us: so /proc
 * is looked at, often while something is under way and every other second otherwise.
 */
export function createAttachedProcess(
  program: AttachedProgram,
  post: (fact: AttachedFact) => void,
): AttachedProcess {
  let watched: Watched | undefined;
  let timer: NodeJS.Timeout | undefined;
  let quickUntil = 0;

  const look = (): void => {
    clearTimeout(timer);
    if (watched === undefined) return;
    const [next, fact] = watched.process === undefined ? search(watched, program) : check(watched);
    watched = next;
    const { quickMs, seekMs, slowMs } = program;
    const hurried = next?.process === undefined ? seekMs : quickMs;
    const pauseMs = performance.now() < quickUntil ? hurried : slowMs;
    if (next !== undefined) timer = setTimeout(look, pauseMs).unref();
    // Last, because the answer may be to look out for the next run.
    if (fact !== undefined) post(fact);
  };
  const hurry = (): void => {
    quickUntil = performance.now() + quickPeriodMs;
    clearTimeout(timer);
    if (watched !== undefined) timer = setTimeout(look, program.quickMs).unref();
  };
  return {
    start: (run) => {
      if (program.find === "health") {
        const found = { ageMs: undefined, writtenAt: writtenAt(program.configPath) };
        post({ on: "agent-started", run, pid: undefined, found });
        return;
      }
      watched = { run, process: undefined, why: undefined };
      quickUntil = performance.now() + quickPeriodMs;
      look();
    },
    // Nobody needs a note: it is found again as it was found.
    runs: () => undefined,
    signal: async (run, signal) => {
      const command = commandFor(signal, program);
      hurry();
      if (command !== undefined) {
        await carryOut(command, program);
        // Nobody else will say that this run is over.
        if (program.find === "health" && signal === "SIGTERM") {
          post({ on: "agent-exited", run, exit: nothingKnown });
        }
      } else if (watched?.run === run && watched.process !== undefined && lives(watched)) {
        send(watched.process.pid, signal);
      }
    },
    leave: () => {
      watched = undefined;
      clearTimeout(timer);
    },
  };
}

/** What is watched from here on, and what is new. */
type Look = readonly [Watched | undefined, AttachedFact?];

function search({ run, why }: Watched, program: AttachedProgram): Look {
  const finding = findProcess(program);
  if (finding.is === "missing") {
    const next: Watched = { run, process: undefined, why: finding.why };
    if (finding.why === why) return [next];
    return [next, { on: "agent-missing", run, why: finding.why }];
  }
  const { pid, startTime } = finding;
  const found = { ageMs: sureAgeOf(startTime), writtenAt: writtenAt(program.configPath) };
  const next: Watched = { run, process: { pid, startTime }, why: undefined };
  return [next, { on: "agent-started", run, pid, found }];
}

function check(one: Watched): Look {
  if (lives(one)) return [one];
  return [undefined, { on: "agent-exited", run: one.run, exit: nothingKnown }];
}

/** A pid alone may have been given to another process since. */
function lives({ process: known }: Watched): boolean {
  return known !== undefined && livesSince(known.pid, known.startTime);
}

function commandFor(
  signal: AgentSignal,
  { reloadCommand, restartCommand }: AttachedProgram,
): readonly string[] | undefined {
  if (signal === "SIGHUP") return reloadCommand.length === 0 ? undefined : reloadCommand;
  if (restartCommand.length === 0) return undefined;
  if (signal === "SIGTERM") return restartCommand;
  throw new Error(`${restartCommand[0] ?? ""} was run and the same process still runs`);
}

async function carryOut(
  [program = "", ...args]: readonly string[],
  { env, commandTimeoutMs: timeoutMs }: AttachedProgram,
): Promise<void> {
  const outcome = await runCommand({ program, args, env, timeoutMs });
  if (outcome.ok) return;
  const how = outcome.timedOut
    ? `did not end within ${timeoutMs / 1000} s`
    : (outcome.problem ?? `ended with exit code ${outcome.code ?? "unknown"}`);
  const words = errorLines(`${outcome.stdout}\n${outcome.stderr}`).join("\n");
  throw new Error(`the command ${program} ${how}${words === "" ? "" : `: ${words}`}`);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended just now; that is told as soon as it is seen.
    if (systemCodeOf(error) === "ESRCH") return;
    const why =
      systemCodeOf(error) === "EPERM"
        ? "it runs as another user: run both as the same one, or give the supervisor CAP_KILL"
        : messageOf(error);
    throw new Error(`the agent's process ${pid} could not be sent ${signal}: ${why}`, {
      cause: error,
    });
  }
}

/** When the file that the agent reads was written; undefined where there is none, so whatever runs has not read it. */
function writtenAt(path: string): { readonly unixMs: number } | undefined {
  try {
    return { unixMs: statSync(path).mtimeMs };
  } catch {
    // It is not there, or nobody may look at it.
    return undefined;
  }
}

/** Rounding may make a process look younger by this much. */
const roundingMs = 20;

/** At least the age of a process: one that was there when the file was written must not seem to be younger. */
function sureAgeOf(startTime: string): number | undefined {
  const ageMs = ageOf(startTime);
  return ageMs === undefined ? undefined : ageMs + roundingMs;
}
