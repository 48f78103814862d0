import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, closeSync, constants } from "node:fs";
import { messageOf, systemCodeOf } from "../errors.ts";
import { openAgentLog, tailOf } from "./agent-log.ts";
import { withDeathSignal } from "./death-signal.ts";
import { endGroup } from "./end-group.ts";
import { errorLines } from "./error-lines.ts";
import { forgetAgent, rememberAgent } from "./leftover.ts";

/** How the agent is started, the same for every run but for its arguments and some variables. */
export interface AgentProgram {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Where it is noted which process is the agent. */
  readonly notePath: string;
  /** See death-signal.ts. */
  readonly setpriv: string | undefined;
  /** When not 0: so many bytes of the log's end instead of only its error lines are told of a crash. */
  readonly snippetBytes: number;
}

/** How a run ended, as the system and the log tell it. */
export interface ProcessExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly spawnError: string | undefined;
  readonly lastLines: readonly string[];
}

export type ProcessFact =
  | { readonly on: "agent-started"; readonly run: number; readonly pid: number }
  | { readonly on: "agent-exited"; readonly run: number; readonly exit: ProcessExit };

/** One child process at a time; decides nothing. */
export interface AgentProcess {
  /** With what this run alone has in its environment. */
  readonly start: (
    run: number,
    args: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ) => void;
  /** Goes to the agent alone; when it has ended, what is left of its process group is killed. */
  readonly signal: (run: number, signal: "SIGTERM" | "SIGKILL" | "SIGHUP") => void;
}

const tailBytes = 16 * 1024;

export function createAgentProcess(
  program: AgentProgram,
  post: (fact: ProcessFact) => void,
): AgentProcess {
  const children = new Map<number, ChildProcess>();
  return {
    start: (run, args, variables = {}) => {
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
        rememberAgent(program.notePath, child.pid);
        post({ on: "agent-started", run, pid: child.pid });
      } catch (error) {
        ended(notStarted(program.executable, error));
      }
    },
    signal: (run, signal) => void children.get(run)?.kill(signal),
  };
}

function launch(
  { executable, env, logPath, setpriv, snippetBytes }: AgentProgram,
  args: readonly string[],
  ended: (exit: ProcessExit) => void,
): ChildProcess {
  // Said here in the words for it: behind another program it would only be an exit code.
  accessSync(executable, constants.X_OK);
  const [command, commandArgs] = withDeathSignal(setpriv, executable, args);
  const log = openAgentLog(logPath);
  try {
    // A session of its own: Ctrl-C in a terminal reaches the supervisor only, which then drains the agent.
    const child = spawn(command, commandArgs, {
      env,
      stdio: ["ignore", log.file, log.file],
      detached: true,
    });
    child.once("error", (error) => {
      // An error after the start (a signal that could not be sent) is no end.
      if (child.pid === undefined) ended(notStarted(executable, error));
    });
    child.once("exit", (code, signal) => {
      // Where the executable is a script, the collector itself may outlive it and keep its ports.
      if (child.pid !== undefined) endGroup(child.pid);
      const lastLines = lastWords(logPath, log.start, snippetBytes);
      ended({
        code: code ?? undefined,
        signal: signal ?? undefined,
        spawnError: undefined,
        lastLines,
      });
    });
    return child;
  } finally {
    closeSync(log.file);
  }
}

function notStarted(executable: string, error: unknown): ProcessExit {
  const spawnError = spawnProblem(executable, error);
  return { code: undefined, signal: undefined, spawnError, lastLines: [] };
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

function lastWords(logPath: string, start: number, snippetBytes: number): readonly string[] {
  try {
    const tail = tailOf(logPath, start, Math.max(tailBytes, snippetBytes));
    return snippetBytes > 0 ? tail.slice(-snippetBytes).split("\n") : errorLines(tail);
  } catch (error) {
    return [`its log could not be read: ${messageOf(error)}`];
  }
}
