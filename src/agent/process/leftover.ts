import { readNote, forgetNote } from "./agent-note.ts";
import { familyOf } from "../../processes/family.ts";
import { bootId, lives } from "../../processes/process-identity.ts";
import { endRest, signalRun } from "./run-processes.ts";

const pollMs = 10;

/**
 * Ends the agent that an earlier supervisor left behind, with all that a script of it has started: only processes that
 * were noted or that carry the mark of that run, never one that has been given such a pid. Resolves with the pid of one
 * that was there.
 */
export async function endLeftover(path: string, drainMs: number): Promise<number | undefined> {
  const note = readNote(path);
  if (note === undefined || note.process.bootId !== bootId()) {
    forgetNote(path);
    return undefined;
  }
  const { process: leader, processes } = note;
  const led = lives(leader);
  const [first] = led ? [leader.pid] : familyOf(processes);
  signalRun(processes, "SIGTERM");
  for (let leftMs = drainMs; leftMs > 0 && lives(leader); leftMs -= pollMs) await pause();
  await endRest(processes, { drainMs, ended: led, told: true });
  if (lives(leader)) signalRun(processes, "SIGKILL");
  for (let leftMs = drainMs; leftMs > 0 && lives(leader); leftMs -= pollMs) await pause();
  forgetNote(path);
  return first;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pollMs));
}
