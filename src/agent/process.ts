import { messageOf } from "../errors.ts";
import { adoptProcess } from "./adopted-process.ts";
import { type AgentNote, forgetNote, type Particulars, writeNote } from "./agent-note.ts";
import { endGroup } from "./end-group.ts";
import { lastWords, launch, notStarted, unknownEnd } from "./launch.ts";
import type { LocalEndpoint } from "./local-token.ts";
import type { AgentOutput } from "./output.ts";

/** How the agent is started, the same for every run but for its arguments and some variables. */
export interface AgentProgram {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
  readonly output: AgentOutput;
  /** Where it is noted which process is the agent. */
  readonly notePath: string;
  /** See death-signal.ts. */
  readonly setpriv: string | undefined;
  /** True: it is left to a later supervisor when this one is killed. */
  readonly outlives: boolean;
  /** Noted for that supervisor. */
  readonly endpoint: () => LocalEndpoint;
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
    generation?: number,
  ) => void;
  /** Told before the agent is: what it is to run from here on. */
  readonly runs: (run: number, generation: number) => void;
  /** Goes to the agent alone; when it has ended, what is left of its process group is killed. May reject. */
  readonly signal: (run: number, signal: AgentSignal) => Promise<void> | undefined;
}

/** What an agent is ever sent. */
export type AgentSignal = "SIGTERM" | "SIGKILL" | "SIGHUP";

/** A signal to our own child does not fail. */
export interface ChildAgent extends AgentProcess {
  readonly signal: (run: number, signal: AgentSignal) => undefined;
  /** Goes on with a process of an earlier supervisor; how it ends is not known in the end. */
  readonly adopt: (note: AgentNote & { readonly particulars: Particulars }) => void;
}

/** A run's process, our child or one that an earlier supervisor has started. */
interface Living {
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
    start: (run, args, variables = {}, generation = 0) => {
      const program = programNow();
      const startedAt = Date.now();
      const ended = endOf(run, program);
      try {
        const env = { ...program.env, ...variables };
        const child = launch({ ...program, env }, args, ended);
        const { pid } = child;
        living.set(run, { pid, startedAt, kill: (signal) => child.kill(signal) });
        if (pid === undefined) return;
        post({ on: "agent-started", run, pid, ...noted(program, pid, run, generation, startedAt) });
      } catch (error) {
        ended(notStarted(program.executable, error));
      }
    },
    runs: (run, generation) => {
      const { pid, startedAt } = living.get(run) ?? {};
      if (pid === undefined || startedAt === undefined) return;
      noted(programNow(), pid, run, generation, startedAt);
    },
    signal: (run, signal) => {
      living.get(run)?.kill(signal);
      return undefined;
    },
    adopt: ({ process: identity, particulars }) => {
      const program = programNow();
      const { run, startedAt } = particulars;
      const output = program.output.follow();
      const ended = endOf(run, program);
      const { kill } = adoptProcess(identity, () => {
        endGroup(identity.pid);
        ended({ ...unknownEnd, lastLines: lastWords(output, program.snippetBytes) });
      });
      living.set(run, { pid: identity.pid, startedAt, kill });
    },
  };
}

/** A full disk must not cost a process that runs: without the note it is only not found after a kill of ours. */
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
