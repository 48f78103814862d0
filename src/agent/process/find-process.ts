import { readdirSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { textOrNothing } from "../../files/read-if-there.ts";
import { statOf } from "../../processes/process-identity.ts";

/** What is known of a process that is looked for. */
interface Sought {
  /** The base name of its program, or the absolute path. */
  readonly executable: string;
  /** The file that it was told to read, to tell it from others. */
  readonly configPath: string;
}

/** One process, or why there is not exactly one in words. */
type Finding =
  | { readonly is: "found"; readonly pid: number; readonly startTime: string }
  | { readonly is: "missing"; readonly why: string };

interface Candidate {
  readonly pid: number;
  readonly startTime: string;
  readonly words: readonly string[];
}

/** Commands of the collector's binary that run for a moment: a validation, perhaps of another supervisor's. */
const shortCommands = [
  "validate",
  "components",
  "print-config",
  "featuregate",
  "--version",
  "--help",
];

/** Looks through /proc for the one process that runs this program; never one that we have started ourselves. */
export function findProcess(sought: Sought): Finding {
  const candidates = pids().flatMap((pid) => candidateOf(pid, sought));
  if (candidates.length <= 1) return findingOf(candidates[0], sought);
  const named = candidates.filter(({ words }) => names(words, sought.configPath));
  return named.length === 1 ? findingOf(named[0], sought) : several(candidates, named, sought);
}

function findingOf(candidate: Candidate | undefined, { executable }: Sought): Finding {
  if (candidate !== undefined) {
    return { is: "found", pid: candidate.pid, startTime: candidate.startTime };
  }
  return { is: "missing", why: `no process that runs ${executable} is seen from here` };
}

function several(
  candidates: readonly Candidate[],
  named: readonly Candidate[],
  { executable, configPath }: Sought,
): Finding {
  const list = candidates.map(({ pid }) => pid).join(", ");
  const which =
    named.length === 0 ? "none of them was started" : `${named.length} of them were started`;
  const what = `${candidates.length} processes run ${executable} (pids ${list}) and ${which} with --config ${configPath}`;
  const advice = "expected exactly one: start it with that file, or write agent.attach.executable";
  return { is: "missing", why: `${what}; ${advice}` };
}

function pids(): readonly number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    // No /proc on this system: nobody is seen.
    return [];
  }
}

function candidateOf(pid: number, sought: Sought): readonly Candidate[] {
  if (pid === process.pid) return [];
  const words = commandLineOf(pid);
  if (!runs(pid, words, sought.executable)) return [];
  if (shortCommands.includes(words[1] ?? "")) return [];
  const stat = statOf(pid);
  if (stat === undefined || hasEnded(stat.state) || isOurs(stat.parent)) return [];
  return [{ pid, startTime: stat.startTime, words }];
}

/** The link to the program of another user's process cannot be read: then the name that it gives itself decides. */
function runs(pid: number, words: readonly string[], executable: string): boolean {
  const path = programOf(pid);
  if (executable.startsWith("/")) return (path ?? words[0]) === executable;
  const own = basename(words[0] ?? "");
  if (own === executable || (path !== undefined && basename(path) === executable)) return true;
  return path === undefined && words.length === 0 && commOf(pid) === executable.slice(0, 15);
}

function programOf(pid: number): string | undefined {
  try {
    // A binary that was replaced since is marked so.
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
  } catch {
    // Another user's, a thread of the kernel's, or gone.
    return undefined;
  }
}

function commandLineOf(pid: number): readonly string[] {
  return textOrNothing(`/proc/${pid}/cmdline`).split("\0").slice(0, -1);
}

function commOf(pid: number): string {
  return textOrNothing(`/proc/${pid}/comm`).trimEnd();
}

function names(words: readonly string[], configPath: string): boolean {
  return words.some((word) => word.replace(/^--?config=/, "").replace(/^file:/, "") === configPath);
}

function isOurs(parent: number): boolean {
  for (let pid = parent; pid > 1; pid = statOf(pid)?.parent ?? 0) {
    if (pid === process.pid) return true;
  }
  return false;
}

/** True of a process that has ended while its parent has not looked yet. */
export function hasEnded(state: string): boolean {
  return state === "Z" || state === "X";
}
