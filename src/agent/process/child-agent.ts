import { messageOf } from "../../errors.ts";
import { adoptProcess } from "./adopted-process.ts";
import { forgetNote, readNote, writeNote } from "./agent-note.ts";
import { endGroup } from "../../processes/end-group.ts";
import { launch, notStarted, unknownEnd, lastWords } from "./launch.ts";
import type {
  AgentSignal,
  AgentProgram,
  ProcessFact,
  ChildAgent,
  ProcessExit,
} from "./agent-process.ts";

/** A run's process, our child or one that an earlier supervisor has started. */
interface Living {
  generation: number;
  readonly pid: number | undefined;
  readonly startedAt: number;
  readonly kill: (signal: AgentSignal) => unknown;
}

/** The program is asked for at each start. */
export function createAgentProcess(
  programNow: () => AgentProgram,
  post: (fact: ProcessFact) => void,
): ChildAgent {
  const living = new Map<number, Living>();
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
      try {
        const env = { ...program.env, ...variables };
        const { child, noLog } = launch({ ...program, env }, args, ended);
        const { pid } = child;
        living.set(run, { generation, pid, startedAt, kill: (signal) => child.kill(signal) });
        if (pid === undefined) return;
        const note = noted(program, pid, run, generation, startedAt);
        const log = noLog === undefined ? {} : { noLog };
        post({ on: "agent-started", run, pid, ...note, ...log });
      } catch (error) {
        ended(notStarted(program.executable, error));
      }
    },
    runs: (run, generation) => {
      const known = living.get(run);
      if (known?.pid === undefined) return;
      known.generation = generation;
      noted(programNow(), known.pid, run, generation, known.startedAt);
    },
    noteAgain: () => {
      const [run, known] = [...living].at(-1) ?? [];
      const program = programNow();
      if (run === undefined || known?.pid === undefined) return;
      if (readNote(program.notePath)?.process.pid === known.pid) return;
      noted(program, known.pid, run, known.generation, known.startedAt);
    },
    signal: (run, signal) => {
      living.get(run)?.kill(signal);
      return undefined;
    },
    adopt: ({ process: identity, particulars }) => {
      const program = programNow();
      const { run, startedAt, generation } = particulars;
      const output = program.output.follow();
      const ended = endOf(run, program);
      const { kill } = adoptProcess(identity, () => {
        endGroup(identity.pid);
        ended({ ...unknownEnd, lastLines: lastWords(output, program.snippetBytes) });
      });
      living.set(run, { generation, pid: identity.pid, startedAt, kill });
    },
  };
}

/**
 * A full disk must not end a process that runs. Without the note only one thing is lost: a later supervisor does not
 * find the process when this one was killed.
 */
function noted(
  { notePath, outlives, endpoint }: AgentProgram,
  pid: number,
  run: number,
  generation: number,
  startedAt: number,
): { readonly notNoted?: string } {
  try {
    const particulars = outlives ? { run, generation, startedAt, endpoint: endpoint() } : undefined;
    writeNote(notePath, pid, particulars);
    return {};
  } catch (error) {
    return { notNoted: messageOf(error) };
  }
}
