import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { endGroup } from "./end-group.ts";
import { identityOf, lives, type ProcessIdentity } from "./process-identity.ts";

/** Notes which process is the agent, for a supervisor that comes after one that was killed. */
export function rememberAgent(path: string, pid: number): void {
  writeFileSync(path, JSON.stringify(identityOf(pid)), { mode: 0o600 });
}

/** The agent has ended: there is nothing to find. */
export function forgetAgent(path: string): void {
  rmSync(path, { force: true });
}

const pollMs = 10;

/**
 * Ends the agent that an earlier supervisor left behind: only the process that was noted, never another one that has
 * been given its pid. Resolves with its pid when there was one.
 */
export async function endLeftover(path: string, drainMs: number): Promise<number | undefined> {
  const leftover = readNote(path);
  if (leftover === undefined || !lives(leftover)) {
    forgetAgent(path);
    return undefined;
  }
  process.kill(leftover.pid, "SIGTERM");
  const end = Date.now() + drainMs;
  while (lives(leftover) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  endGroup(leftover.pid);
  while (lives(leftover) && Date.now() < end + drainMs) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  forgetAgent(path);
  return leftover.pid;
}

function readNote(path: string): ProcessIdentity | undefined {
  try {
    const { pid, startTime, bootId } = JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity;
    const whole = Number.isInteger(pid) && pid > 1 && startTime !== "" && bootId !== "";
    return whole ? { pid, startTime, bootId } : undefined;
  } catch {
    // No note, or half of one: then nobody can be shown to be our agent, and nobody is touched.
    return undefined;
  }
}
