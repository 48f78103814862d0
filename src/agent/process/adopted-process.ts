import { type ProcessIdentity, lives } from "../../processes/process-identity.ts";

/** How often the process is looked at: only its parent is told of its end, and that is not us. */
const pollMs = 100;

/** Watches a process that an earlier supervisor has started until it has ended; calls `ended` once. */
export function adoptProcess(identity: ProcessIdentity, ended: () => void): void {
  const timer = setInterval(() => {
    if (lives(identity)) return;
    clearInterval(timer);
    ended();
  }, pollMs);
}
