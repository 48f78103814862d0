import { randomUUID } from "node:crypto";
import { messageOf } from "../../errors.ts";
import { adoptProcess } from "./adopted-process.ts";
import { forgetNote, readNote, writeNote } from "./agent-note.ts";
import { watchCollector } from "./collector-watch.ts";
import { watchOver } from "./death-watch.ts";
import { markVariable } from "../../processes/family.ts";
import { identityOf } from "../../processes/process-identity.ts";
import { launch, notStarted, unknownEnd, lastWords } from "./launch.ts";
import { isScript } from "./orphans.ts";
import { type RunProcesses, endRest, signalRun } from "./run-processes.ts";
import type { AgentProgram, ProcessFact, ChildAgent, ProcessExit } from "./agent-process.ts";

/** A run's processes, our child or one that an earlier supervisor has started, and what they started. */
interface Living {
  readonly processes: RunProcesses;
  readonly generation: number;
  readonly startedAt: number;
  /** True once it is to end. */
  readonly told: boolean;
  /** Ends the watch that ends it when we are killed; undefined where there is none. */
  readonly unwatch: (() => void) | undefined;
  /** Ends the watch over a collector that a script has started. */
  readonly unwatchCollector: (() => void) | undefined;
  /** True when it was ended because its script had gone on without a collector. */
  readonly alone: boolean;
}

/** The program is asked for at each start. */
export function createAgentProcess(
  programNow: () => AgentProgram,
  post: (fact: ProcessFact) => void,
): ChildAgent {
  const living = new Map<number, Living>();
  const update = (run: number, change: Partial<Living>): Living | undefined => {
    const before = living.get(run);
    if (before === undefined) return undefined;
    const after = { ...before, ...change };
    living.set(run, after);
    return after;
  };
  /** Ends what the first process of a run has left; what is to be said of it. */
  const rest = async (
    run: number,
    { drainMs, executable }: AgentProgram,
  ): Promise<readonly string[]> => {
    const one = living.get(run);
    if (one === undefined) return [];
    one.unwatch?.();
    one.unwatchCollector?.();
    const told = one.told || one.alone;
    const orphans = await endRest(one.processes, { drainMs, ended: true, told });
    if (one.alone) return [aloneText(executable)];
    return told || orphans.length === 0 ? [] : [orphanText(executable, orphans)];
  };
  const alone = (run: number): void => {
    const one = update(run, { alone: true });
    if (one !== undefined && !one.told) signalRun(one.processes, "SIGKILL");
  };
  const endOf = (run: number, program: AgentProgram) => {
    return (exit: ProcessExit): void => {
      living.delete(run);
      forgetNote(program.notePath);
      post({ on: "agent-exited", run, exit });
    };
  };
  return {
    start: (run, args, variables = {}, generation = 0, executable = programNow().executable) => {
      const program = { ...programNow(), executable };
      const startedAt = Date.now();
      const ended = endOf(run, program);
      const mark = randomUUID();
      try {
        const env = { ...program.env, ...variables, [markVariable]: mark };
        const listener = { rest: () => rest(run, program), ended };
        const wall = program.wall();
        const { child, noLog } = launch({ ...program, env }, wall, args, listener);
        const { pid } = child;
        if (pid === undefined) return;
        const configPath = args[1] ?? "";
        const processes = { leader: identityOf(pid), mark, seen: undefined, configPath };
        // A process before the collector gets the kernel's word alone.
        const between = wall.stays || isScript(executable);
        const watched = !program.outlives && (program.setpriv === undefined || between);
        const unwatch = watched ? watchOver(processes, program.drainMs) : undefined;
        const one: Living = { ...newLiving, processes, generation, startedAt, unwatch };
        living.set(run, one);
        const log = noLog === undefined ? {} : { noLog };
        post({ on: "agent-started", run, pid, ...noted(program, run, one), ...log });
      } catch (error) {
        ended(notStarted(program.executable, error));
      }
    },
    runs: (run, generation) => {
      const one = update(run, { generation });
      if (one !== undefined) noted(programNow(), run, one);
    },
    noteAgain: () => {
      const [run, one] = [...living].at(-1) ?? [];
      const program = programNow();
      if (run === undefined || one === undefined) return;
      if (readNote(program.notePath)?.process.pid === one.processes.leader.pid) return;
      noted(program, run, one);
    },
    answered: (run, pid) => {
      const { processes, unwatch, unwatchCollector } = living.get(run) ?? {};
      if (processes === undefined || processes.seen?.pid === pid) return;
      const program = programNow();
      const other = { ...processes, seen: identityOf(pid) };
      const isOther = pid !== processes.leader.pid;
      const mayDieWithUs = isOther && !program.outlives;
      if (mayDieWithUs) unwatch?.();
      const now = (): RunProcesses => living.get(run)?.processes ?? other;
      const one = update(run, {
        processes: other,
        unwatch: mayDieWithUs ? watchOver(other, program.drainMs) : unwatch,
        unwatchCollector:
          unwatchCollector ?? (isOther ? watchCollector(now, () => alone(run)) : undefined),
      });
      if (one !== undefined) noted(program, run, one);
    },
    signal: (run, signal) => {
      const one = update(run, signal === "SIGHUP" ? {} : { told: true });
      if (one !== undefined) signalRun(one.processes, signal);
      return undefined;
    },
    adopt: ({ process: identity, processes, particulars }) => {
      const program = programNow();
      const { run, generation, startedAt } = particulars;
      const output = program.output.follow();
      const ended = endOf(run, program);
      adoptProcess(identity, () => {
        const told = (): void =>
          ended({ ...unknownEnd, lastLines: lastWords(output, program.snippetBytes) });
        // Whatever becomes of the rest: the end of a process is always told.
        void rest(run, program).then(told, told);
      });
      living.set(run, { ...newLiving, processes, generation, startedAt });
    },
  };
}

const newLiving = {
  told: false,
  unwatch: undefined,
  unwatchCollector: undefined,
  alone: false,
} as const;

function orphanText(executable: string, orphans: readonly number[]): string {
  return `${executable} ended before the collector that it had started (pid ${orphans.join(", ")}), which was ended too: start the collector with exec, or wait for it`;
}

function aloneText(executable: string): string {
  return `the collector that ${executable} had started has ended, and ${executable} went on without one: start the collector with exec, or end when it ends`;
}

/**
 * A full disk must not end a process that runs. Without the note only one thing is lost: a later supervisor does not
 * find the process when this one was killed.
 */
function noted(
  { notePath, outlives, endpoint }: AgentProgram,
  run: number,
  { processes, generation, startedAt }: Living,
): { readonly notNoted?: string } {
  try {
    const particulars = outlives ? { run, generation, startedAt, endpoint: endpoint() } : undefined;
    writeNote(notePath, processes, particulars);
    return {};
  } catch (error) {
    return { notNoted: messageOf(error) };
  }
}
