import { type ChildProcess, spawn } from "node:child_process";
import { messageOf } from "../../errors.ts";
import { withDeathSignal } from "./death-signal.ts";
import { watchOver } from "./death-watch.ts";
import { programFault } from "./program-fault.ts";
import { spawnProblem } from "./spawn-problem.ts";
import { endGroup } from "../../processes/end-group.ts";
import { errorLines } from "../output/error-lines.ts";
import { oomKills } from "./oom-kills.ts";
import type { RunOutput } from "../output/output.ts";
import type { ProcessExit, AgentProgram } from "./agent-process.ts";

/** An end of which nothing is known. */
export const unknownEnd: Omit<ProcessExit, "lastLines"> = {
  code: undefined,
  signal: undefined,
  outOfMemory: false,
  spawnError: undefined,
};

/** How much of the end of the output is searched for the words about a crash. */
export function tailBytes(snippetBytes: number): number {
  return Math.max(16 * 1024, snippetBytes);
}

/** The process of a run. */
export interface Launched {
  readonly child: ChildProcess;
  /** Why the run has no log of its own; undefined when it has. */
  readonly noLog: string | undefined;
}

/** Starts the agent and watches it; `ended` is called once, with all that can be told of its end. */
export function launch(
  { executable, env, output, setpriv, outlives, drainMs, snippetBytes }: AgentProgram,
  args: readonly string[],
  ended: (exit: ProcessExit) => void,
): Launched {
  // Checked here, where it can be said in words: behind another program it would only be an exit code.
  const fault = programFault(executable);
  if (fault !== undefined) throw new Error(fault);
  const [command, commandArgs] = withDeathSignal(outlives ? undefined : setpriv, executable, args);
  const run = output.open();
  const killsBefore = oomKills() ?? 0;
  const child = spawnInto(run, command, commandArgs, env);
  child.once("error", (error) => {
    // An error after the start (a signal that could not be sent) is no end.
    if (child.pid === undefined) ended(notStarted(executable, error));
  });
  const watched = setpriv === undefined && !outlives && child.pid !== undefined;
  const unwatch = watched ? watchOver(child.pid, drainMs) : undefined;
  child.once("exit", (code, signal) => {
    unwatch?.();
    // Where the executable is a script, the collector itself may outlive it and keep its ports.
    if (child.pid !== undefined) endGroup(child.pid);
    const told = (): void => {
      const lastLines = lastWords(run, snippetBytes);
      ended({
        code: code ?? undefined,
        signal: signal ?? undefined,
        outOfMemory: signal === "SIGKILL" && (oomKills() ?? 0) > killsBefore,
        spawnError: undefined,
        lastLines,
      });
    };
    // Whatever becomes of the output: the end of a process is always told.
    void run.drained().then(told, told);
  });
  return { child, noLog: run.problem };
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

/** An agent that could not be started at all. */
export function notStarted(executable: string, error: unknown): ProcessExit {
  return { ...unknownEnd, ...spawnProblem(executable, error), lastLines: [] };
}

/** What a run said last about an error, or the end of all that it said. */
export function lastWords(run: Pick<RunOutput, "tail">, snippetBytes: number): readonly string[] {
  try {
    const tail = run.tail(tailBytes(snippetBytes)).toString("utf8");
    return snippetBytes > 0 ? tail.slice(-snippetBytes).split("\n") : errorLines(tail);
  } catch (error) {
    return [`its log could not be read: ${messageOf(error)}`];
  }
}
