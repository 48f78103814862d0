import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { messageOf, systemCodeOf } from "../errors.ts";
import { withDeathSignal } from "./death-signal.ts";
import { watchOver } from "./death-watch.ts";
import { endGroup } from "./end-group.ts";
import { errorLines } from "./error-lines.ts";
import { forgetAgent, rememberAgent } from "./leftover.ts";
import { oomKills } from "./oom-kills.ts";
import type { AgentOutput, RunOutput } from "./output.ts";

/** How the agent is started, the same for every run but for its arguments and some variables. */
export interface AgentProgram {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
  readonly output: AgentOutput;
  /** Where it is noted which process is the agent. */
  readonly notePath: string;
  /** See death-signal.ts. */
  readonly setpriv: string | undefined;
  /** How long it may finish its work when this process is gone. */
  readonly drainMs: number;
  /** When not 0: so many bytes of the output's end instead of only its error lines are told of a crash. */
  readonly snippetBytes: number;
}

/** How a run ended, as the system and its output tell it. */
export interface ProcessExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly outOfMemory: boolean;
  readonly spawnError: string | undefined;
  readonly lastLines: readonly string[];
}

export type ProcessFact =
  | {
      readonly on: "agent-started";
      readonly run: number;
      readonly pid: number;
      /** Why it could not be noted which process the agent is; absent when it is noted. */
      readonly notNoted?: string;
    }
  | { readonly on: "agent-exited"; readonly run: number; readonly exit: ProcessExit };

/** One process at a time, our child or (attached-process.ts) somebody else's; decides nothing. */
export interface AgentProcess {
  /** With what this run alone has in its environment. */
  readonly start: (
    run: number,
    args: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ) => void;
  /** Goes to the agent alone; when it has ended, what is left of its process group is killed. May reject. */
  readonly signal: (run: number, signal: AgentSignal) => Promise<void> | undefined;
}

/** What an agent is ever sent. */
export type AgentSignal = "SIGTERM" | "SIGKILL" | "SIGHUP";

/** A signal to our own child does not fail. */
export interface ChildAgent extends AgentProcess {
  readonly signal: (run: number, signal: AgentSignal) => undefined;
}

/** So much of the end of the output is looked at for the words about a crash. */
export function tailBytes(snippetBytes: number): number {
  return Math.max(16 * 1024, snippetBytes);
}

/** The program is asked for at each start. */
export function createAgentProcess(
  programNow: () => AgentProgram,
  post: (fact: ProcessFact) => void,
): ChildAgent {
  const children = new Map<number, ChildProcess>();
  return {
    start: (run, args, variables = {}) => {
      const program = programNow();
      const ended = (exit: ProcessExit): void => {
        children.delete(run);
        forgetAgent(program.notePath);
        post({ on: "agent-exited", run, exit });
      };
      try {
        const env = { ...program.env, ...variables };
        const child = launch({ ...program, env }, args, ended);
        children.set(run, child);
        if (child.pid === undefined) return;
        post({ on: "agent-started", run, pid: child.pid, ...noted(program.notePath, child.pid) });
      } catch (error) {
        ended(notStarted(program.executable, error));
      }
    },
    signal: (run, signal) => {
      children.get(run)?.kill(signal);
      return undefined;
    },
  };
}

/** A full disk must not cost a process that runs: without the note it is only not found after a kill of ours. */
function noted(path: string, pid: number): { readonly notNoted?: string } {
  try {
    rememberAgent(path, pid);
    return {};
  } catch (error) {
    return { notNoted: messageOf(error) };
  }
}

function launch(
  { executable, env, output, setpriv, drainMs, snippetBytes }: AgentProgram,
  args: readonly string[],
  ended: (exit: ProcessExit) => void,
): ChildProcess {
  // Said here in the words for it: behind another program it would only be an exit code.
  accessSync(executable, constants.X_OK);
  const [command, commandArgs] = withDeathSignal(setpriv, executable, args);
  const run = output.open();
  const killsBefore = oomKills() ?? 0;
  const child = spawnInto(run, command, commandArgs, env);
  child.once("error", (error) => {
    // An error after the start (a signal that could not be sent) is no end.
    if (child.pid === undefined) ended(notStarted(executable, error));
  });
  const unwatch =
    setpriv === undefined && child.pid !== undefined ? watchOver(child.pid, drainMs) : undefined;
  child.once("exit", (code, signal) => {
    unwatch?.();
    // Where the executable is a script, the collector itself may outlive it and keep its ports.
    if (child.pid !== undefined) endGroup(child.pid);
    void run.drained().then(() => {
      const lastLines = lastWords(run, snippetBytes);
      ended({
        code: code ?? undefined,
        signal: signal ?? undefined,
        outOfMemory: signal === "SIGKILL" && (oomKills() ?? 0) > killsBefore,
        spawnError: undefined,
        lastLines,
      });
    });
  });
  return child;
}

function spawnInto(
  run: RunOutput,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  let child: ChildProcess | undefined;
  try {
    // A session of its own: Ctrl-C in a terminal reaches the supervisor only, which then drains the agent.
    child = spawn(command, args, { env, stdio: ["ignore", run.stdio, run.stdio], detached: true });
    return child;
  } finally {
    run.started(child);
  }
}

function notStarted(executable: string, error: unknown): ProcessExit {
  const spawnError = spawnProblem(executable, error);
  return {
    code: undefined,
    signal: undefined,
    outOfMemory: false,
    spawnError,
    lastLines: [],
  };
}

/** The system's short words for a failed start, in a sentence. */
function spawnProblem(executable: string, error: unknown): string {
  switch (systemCodeOf(error)) {
    case "ENOENT":
      return `${executable} does not exist, or the interpreter in its first line does not`;
    case "EACCES":
      return `${executable} may not be executed by this user`;
    case "ENOEXEC":
      return `${executable} is no program for this system`;
    default:
      return messageOf(error);
  }
}

function lastWords(run: RunOutput, snippetBytes: number): readonly string[] {
  try {
    const tail = run.tail(tailBytes(snippetBytes)).toString("utf8");
    return snippetBytes > 0 ? tail.slice(-snippetBytes).split("\n") : errorLines(tail);
  } catch (error) {
    return [`its log could not be read: ${messageOf(error)}`];
  }
}
