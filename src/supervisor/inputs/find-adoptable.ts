import { type AgentNote, type Particulars, readNote } from "../../agent/process/agent-note.ts";
import { ageOf } from "../../processes/process-age.ts";
import { lives } from "../../processes/process-identity.ts";
import { mayGoOn } from "../core/agent/adoption.ts";
import type { Fact } from "../core/state/event.ts";
import type { State } from "../core/state/state.ts";
import { wallTime } from "../core/state/wall-clock.ts";

/** An agent that can be gone on with. */
type Adoptable = AgentNote & { readonly particulars: Particulars };

/** The agent that an earlier supervisor left behind, if it lives and runs what is in force. */
export function findAdoptable(notePath: string, state: State): Adoptable | undefined {
  const note = readNote(notePath);
  if (note?.particulars === undefined || !lives(note.process)) return undefined;
  const { particulars } = note;
  return mayGoOn(state, particulars.generation) ? { ...note, particulars } : undefined;
}

/** What is told of it when it is ours. */
export function adoption({ process, particulars }: Adoptable): Fact {
  const { run, startedAt } = particulars;
  return {
    ...{ on: "agent-adopted", run, pid: process.pid },
    startedAt: wallTime(startedAt),
    ageMs: ageOf(process.startTime),
  };
}
