import { holdersOf, waitingSockets } from "../../agent/ask/port-holder.ts";
import { readNote } from "../../agent/process/agent-note.ts";
import { join } from "node:path";
import { markOf } from "../../processes/family.ts";
import { lives, statOf } from "../../processes/process-identity.ts";
import type { PortHolderFacts } from "../judge/judge-ports.ts";

/** What tells the agent's processes from others. */
export interface AgentSigns {
  /** The supervisor, or an agent that somebody else has started. */
  readonly pids: readonly number[];
  /** What stands in the environment of the run that a supervisor has noted. */
  readonly mark: string;
}

/** The signs of the agent of this storage directory, whoever of them still runs. */
export function agentSigns(directory: string, pids: readonly (number | undefined)[]): AgentSigns {
  const note = readNote(join(directory, "agent.json"));
  const agent = note !== undefined && lives(note.process) ? note.process.pid : undefined;
  const known = [...pids, agent].filter((pid) => pid !== undefined);
  return { pids: known, mark: agent === undefined ? "" : (note?.processes.mark ?? "") };
}

/** Who listens at a port, and whether that is the agent. */
export function holderAt(port: number, signs: AgentSigns): PortHolderFacts {
  const waiting = ["tcp", "tcp6"].flatMap((table) => waitingSockets(table, port));
  if (waiting.length === 0) return { is: "nobody" };
  const holders = [...holdersOf(waiting)];
  const [first] = holders;
  if (first === undefined) return { is: "unseen" };
  const ours = holders.find(({ pid }) => belongs(pid, signs));
  const { pid, command } = ours ?? first;
  return { is: ours === undefined ? "stranger" : "agent", pid, name: command };
}

function belongs(pid: number, { pids, mark }: AgentSigns): boolean {
  if (mark !== "" && markOf(pid) === mark) return true;
  for (let at = pid; at > 1; at = statOf(at)?.parent ?? 0) if (pids.includes(at)) return true;
  return false;
}
