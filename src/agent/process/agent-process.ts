import type { AgentNote, Particulars } from "./agent-note.ts";
import type { LocalEndpoint } from "../extension/local-token.ts";
import type { AgentSignal } from "./run-processes.ts";
import type { AgentOutput } from "../output/output.ts";
import type { Wall } from "./wall.ts";

/** How the agent is started, the same for every run but for its arguments and some variables. */
export interface AgentProgram {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
  readonly output: AgentOutput;
  /** Where it is noted which process is the agent. */
  readonly notePath: string;
  /** See death-signal.ts. */
  readonly setpriv: string | undefined;
  /** What confines a run that begins now. Throws with words for a person where it may not run without. */
  readonly wall: () => Wall;
  /** True: it is left to a later supervisor when this one is killed. */
  readonly outlives: boolean;
  /** Noted for that supervisor. */
  readonly endpoint: () => LocalEndpoint;
  /** How long it may finish its work when this process is gone. */
  readonly drainMs: number;
  /** When not 0: a crash is reported with so many bytes of the end of the output, instead of only its error lines. */
  readonly snippetBytes: number;
}

/** How a run ended, as the system and its output tell it. */
export interface ProcessExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly outOfMemory: boolean;
  readonly spawnError: string | undefined;
  /** True when it could not be started because the system lacked something at that moment. */
  readonly scarce?: boolean;
  readonly lastLines: readonly string[];
}

export type ProcessFact =
  | {
      readonly on: "agent-started";
      readonly run: number;
      readonly pid: number;
      /** Why it could not be noted which process the agent is; absent when it is noted. */
      readonly notNoted?: string;
      /** Why the run has no log of its own; absent when it has. */
      readonly noLog?: string;
    }
  | { readonly on: "agent-exited"; readonly run: number; readonly exit: ProcessExit };

/** One process at a time, our child or (attached-process.ts) somebody else's; decides nothing. */
export interface AgentProcess {
  /** Starts a run, with the variables that only this run has in its environment. */
  readonly start: (
    run: number,
    args: readonly string[],
    variables?: Readonly<Record<string, string>>,
    generation?: number,
    /** Instead of the program's. */
    executable?: string,
  ) => void;
  /** Called before the agent is told: which generation it is to run from here on. */
  readonly runs: (run: number, generation: number) => void;
  /** This process of the run has answered the health check. */
  readonly answered?: (run: number, pid: number) => void;
  /** Sends a signal to the agent; when it has ended, what is left of its processes is ended too. May reject. */
  readonly signal: (run: number, signal: AgentSignal) => Promise<void> | undefined;
}

/** A signal to our own child does not fail. */
export interface ChildAgent extends AgentProcess {
  readonly signal: (run: number, signal: AgentSignal) => undefined;
  /** Notes the newest run again, where somebody has removed the note. */
  readonly noteAgain: () => void;
  /** Goes on with a process that an earlier supervisor has started. How it ends will not be known. */
  readonly adopt: (note: AgentNote & { readonly particulars: Particulars }) => void;
}
