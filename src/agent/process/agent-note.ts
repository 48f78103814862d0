import { rmSync } from "node:fs";
import { writeOwnFile } from "../../files/own-file.ts";
import { textOrNothing } from "../../files/read-if-there.ts";
import type { LocalEndpoint } from "../extension/local-token.ts";
import type { ProcessIdentity } from "../../processes/process-identity.ts";
import type { RunProcesses } from "./run-processes.ts";

/** What a later supervisor needs to go on with an agent that this one leaves behind. */
export interface Particulars {
  readonly run: number;
  /** Number of the generation that it runs, or was last told to take up. */
  readonly generation: number;
  /** When it was started, in ms since the epoch. */
  readonly startedAt: number;
  /** Where its OpAMP extension looks for us. */
  readonly endpoint: LocalEndpoint;
}

/**
 * Which process is the agent. Particulars, a secret among them, are there only where a later supervisor may go on with
 * it.
 */
export interface AgentNote {
  readonly process: ProcessIdentity;
  /** What else belongs to it, where a script started it; a note of an older supervisor does not say. */
  readonly processes: RunProcesses;
  readonly particulars: Particulars | undefined;
}

/** Notes which process is the agent, for a supervisor that comes after one that was killed. */
export function writeNote(
  path: string,
  { leader, mark, seen, configPath }: RunProcesses,
  particulars: Particulars | undefined,
): void {
  writeOwnFile(path, JSON.stringify({ ...leader, mark, seen, configPath, ...particulars }));
}

/** The agent has ended: there is nothing to find. */
export function forgetNote(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It stays, on a disk that is read-only: the start time in it fits no other process.
  }
}

/** The note; undefined where it does not show that a process is our agent. */
export function readNote(path: string): AgentNote | undefined {
  try {
    const written = JSON.parse(textOrNothing(path)) as ProcessIdentity &
      Partial<Particulars & RunProcesses>;
    const { pid, startTime, bootId, run, generation, startedAt, endpoint } = written;
    if (!Number.isInteger(pid) || pid <= 1 || startTime === "" || bootId === "") return undefined;
    const whole =
      Number.isInteger(run) &&
      Number.isInteger(generation) &&
      Number.isFinite(startedAt) &&
      Number.isInteger(endpoint?.port) &&
      typeof endpoint?.secret === "string";
    const particulars = whole
      ? ({ run, generation, startedAt, endpoint } as Particulars)
      : undefined;
    const leader = { pid, startTime, bootId };
    const { mark = "", seen, configPath = "" } = written;
    return { process: leader, processes: { leader, mark, seen, configPath }, particulars };
  } catch {
    // No note, or half of one.
    return undefined;
  }
}
