import { systemCodeOf } from "../../errors.ts";
import { type ProcessIdentity, lives } from "../../processes/process-identity.ts";

/** A process that an earlier supervisor has started: it can be sent signals, and its end is seen. */
interface AdoptedProcess {
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** How often the process is looked at: only its parent is told of its end, and that is not us. */
const pollMs = 100;

/** Watches a process until it has ended; calls `ended` once. */
export function adoptProcess(identity: ProcessIdentity, ended: () => void): AdoptedProcess {
  const timer = setInterval(() => {
    if (lives(identity)) return;
    clearInterval(timer);
    ended();
  }, pollMs);
  return {
    kill: (signal) => {
      if (lives(identity)) send(identity.pid, signal);
    },
  };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended just now; that is told as soon as it is seen.
    if (systemCodeOf(error) !== "ESRCH") throw error;
  }
}
