// A command that a script runs, to its end or to the end of its time.
import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Runs a command to its end; its output is shown, or kept when `quiet`. With `limitMs` it is ended after that time, together
 * with all that it has started and that did not leave its process group.
 */
export async function runCommand(
  command,
  args,
  { quiet = false, env = process.env, limitMs } = {},
) {
  const ends = limitMs === undefined ? () => child.kill() : () => endGroup(child.pid);
  // Before there is anything to end: it may be asked for at once.
  const forget = endWithUs(ends);
  const child = spawn(command, args, {
    stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    env,
    detached: limitMs !== undefined,
  });
  let output = "";
  child.stdout?.on("data", (bytes) => (output += bytes));
  child.stderr?.on("data", (bytes) => (output += bytes));
  let isOverdue = false;
  const timer =
    limitMs === undefined
      ? undefined
      : setTimeout(() => {
          isOverdue = true;
          ends();
        }, limitMs);
  const [code] = await once(child, "close");
  clearTimeout(timer);
  forget();
  return { ok: code === 0, output, isOverdue };
}

/**
 * A signal may be for this script alone, as one from npm is, and what is in a group of its own does not hear the Ctrl-C that
 * ends this script. Gives back what takes that back.
 */
function endWithUs(end) {
  const stop = () => {
    end();
    process.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.once(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}

function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended already.
  }
}
