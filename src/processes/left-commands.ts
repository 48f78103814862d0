import { readFileSync } from "node:fs";
import { endGroup } from "./end-group.ts";
import { runningPids, statOf } from "./process-identity.ts";

/**
 * Ends commands that were started to look at one of these files (`--config FILE`), with all of their groups: whoever
 * asked has been killed meanwhile, nobody hears the answer, and nobody bounds their memory any more. Returns their pids.
 */
export function endLeftCommands(files: readonly string[]): readonly number[] {
  if (files.length === 0) return [];
  const left = runningPids().filter((pid) => {
    const args = argumentsOf(pid);
    const named = args.some((arg, at) => files.includes(arg) && args[at - 1] === "--config");
    // A person's command shares the session of a shell.
    return named && statOf(pid)?.session === pid;
  });
  for (const pid of left) endGroup(pid);
  return left;
}

function argumentsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It is gone.
    return [];
  }
}
