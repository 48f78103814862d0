import { readNote, forgetNote } from "./agent-note.ts";
import { endGroup } from "../../processes/end-group.ts";
import { lives } from "../../processes/process-identity.ts";

const pollMs = 10;

/**
 * Ends the agent that an earlier supervisor left behind: only the process that was noted, never another one that has
 * been given its pid. Resolves with its pid when there was one.
 */
export async function endLeftover(path: string, drainMs: number): Promise<number | undefined> {
  const leftover = readNote(path)?.process;
  if (leftover === undefined || !lives(leftover)) {
    forgetNote(path);
    return undefined;
  }
  process.kill(leftover.pid, "SIGTERM");
  const end = performance.now() + drainMs;
  while (lives(leftover) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  endGroup(leftover.pid);
  while (lives(leftover) && performance.now() < end + drainMs) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  forgetNote(path);
  return leftover.pid;
}
