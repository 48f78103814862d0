import { type ChildProcess, spawn } from "node:child_process";
import { messageOf } from "../../errors.ts";
import { withDeathSignal } from "./death-signal.ts";
import { programFault } from "./program-fault.ts";
import { spawnProblem } from "./spawn-problem.ts";
import { errorLines } from "../output/error-lines.ts";
import { oomKills } from "./oom-kills.ts";
import type { RunOutput } from "../output/output.ts";
import { type Wall, behindWall, endBehind } from "./wall.ts";
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

/** What is told of a process that was started. */
interface Listener {
  /** Called as soon as it has ended; resolves when nothing of it is left, with what is to be said of that. */
  readonly rest: () => Promise<readonly string[]>;
  /** Called once, with all that can be told of its end. */
  readonly ended: (exit: ProcessExit) => void;
}

/** The process of a run. */
export interface Launched {
  readonly child: ChildProcess;
  /** Why the run has no log of its own; undefined when it has. */
  readonly noLog: string | undefined;
}

/** Starts the agent and watches it. */
export function launch(
  { executable, env, output, setpriv, outlives, snippetBytes }: AgentProgram,
  wall: Wall,
  args: readonly string[],
  { rest, ended }: Listener,
): Launched {
  // Checked here, where it can be said in words: behind another program it would only be an exit code.
  const fault = programFault(executable);
  if (fault !== undefined) throw new Error(fault);
  const [confined, confinedArgs] = behindWall(wall, executable, args);
  const [command, commandArgs] = withDeathSignal(
    outlives ? undefined : setpriv,
    confined,
    confinedArgs,
  );
  const run = output.open();
  const killsBefore = oomKills() ?? 0;
  const child = spawnInto(run, command, commandArgs, env);
  child.on("error", (error) => {
    // An error after the start (a signal that could not be sent) is no end.
    if (child.pid === undefined) ended(notStarted(executable, error));
  });
  child.once("exit", (exitCode, exitSignal) => {
    const { code, signal } = endBehind(wall, {
      code: exitCode ?? undefined,
      signal: exitSignal ?? undefined,
    });
    const told = (words: readonly string[]): void =>
      ended({
        code,
        signal,
        outOfMemory: signal === "SIGKILL" && (oomKills() ?? 0) > killsBefore,
        spawnError: undefined,
        lastLines: [...lastWords(run, snippetBytes), ...words],
      });
    // Whatever becomes of the rest and of the output: the end of a process is always told.
    void Promise.all([rest().catch(() => []), run.drained().catch(() => undefined)]).then(
      ([words]) => told(words),
    );
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
