import { type AgentNote, type Particulars, readNote } from "../../agent/process/agent-note.ts";
import { lives } from "../../processes/process-identity.ts";
import { mayGoOn } from "../core/agent/adoption.ts";
import type { State } from "../core/state/state.ts";

/** An agent that can be gone on with. */
type Adoptable = AgentNote & { readonly particulars: Particulars };

/** The agent that an earlier supervisor left behind, if it lives and runs what is in force. */
export function findAdoptable(notePath: string, state: State): Adoptable | undefined {
  const note = readNote(notePath);
  if (note?.particulars === undefined || !lives(note.process)) return undefined;
  const { particulars } = note;
  return mayGoOn(state, particulars.generation) ? { ...note, particulars } : undefined;
}
