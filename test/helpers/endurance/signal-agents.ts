import { systemCodeOf } from "../../../src/errors.ts";
import { collectorsOf } from "../agent/processes.ts";

/** Sends a signal to the agent of a folder, and to any other that ought not to be there; who has just ended needs none. */
export function signalAgents(folder: string, signal: NodeJS.Signals): void {
  for (const pid of collectorsOf(folder)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (systemCodeOf(error) !== "ESRCH") throw error;
    }
  }
}
