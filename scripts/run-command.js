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
  const child = spawn(command, args, {
    stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    env,
    detached: limitMs !== undefined,
  });
  let output = "";
  child.stdout?.on("data", (bytes) => (output += bytes));
  child.stderr?.on("data", (bytes) => (output += bytes));
  let isOverdue = false;
  if (limitMs !== undefined) endAfter(child, limitMs, () => (isOverdue = true));
  const [code] = await once(child, "close");
  return { ok: code === 0, output, isOverdue };
}

function endAfter(child, limitMs, over) {
  const timer = setTimeout(() => {
    over();
    endGroup(child.pid);
  }, limitMs);
  // In a group of its own it does not hear the Ctrl-C that ends this script.
  const stop = () => {
    endGroup(child.pid);
    process.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.once(signal, stop);
  child.once("close", () => {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, stop);
  });
}

function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended already.
  }
}
