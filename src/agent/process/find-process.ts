import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { textOrNothing } from "../../files/read-if-there.ts";
import { hasEnded, runningPids, statOf } from "../../processes/process-identity.ts";
import { type NamedConfig, namedConfig } from "./named-config.ts";

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
  readonly parent: number;
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
  const seen = runningPids().flatMap((pid) => candidateOf(pid, sought));
  // Between fork and exec a child looks like its parent: what the agent starts is not a second agent.
  const candidates = seen.filter(({ parent }) => seen.every(({ pid }) => pid !== parent));
  if (candidates.length === 0) {
    return { is: "missing", why: `no process that runs ${sought.executable} is seen from here` };
  }
  const named = candidates.map((candidate) => ({
    ...candidate,
    config: namedConfig(candidate.pid, candidate.words, sought.configPath),
  }));
  const ours = named.filter(({ config }) => config.is === "ours");
  const [first] = ours.length > 0 || named.length > 1 ? ours : named;
  if (first === undefined || ours.length > 1) return several(candidates, ours, sought);
  if (first.config.is === "other") return reading(first.pid, first.config.names, sought);
  return { is: "found", pid: first.pid, startTime: first.startTime };
}

/** A process that is, or might be taken for, the one that is looked for. */
interface LikelyAgent {
  readonly pid: number;
  readonly program: string;
  /** It runs the program that is looked for. */
  readonly fits: boolean;
  readonly config: NamedConfig;
}

/** For a person who asks why a process is or is not found: those that run the program, and those whose program is like it. */
export function likelyAgents(sought: Sought, like: RegExp): readonly LikelyAgent[] {
  return runningPids().flatMap((pid) => {
    const words = commandLineOf(pid);
    const program = programOf(pid) ?? words[0] ?? "";
    const fits = candidateOf(pid, sought).length > 0;
    const short = shortCommands.includes(words[1] ?? "");
    if (pid === process.pid || words.length === 0 || short) return [];
    if (!fits && ![program, words[0] ?? ""].some((each) => like.test(basename(each)))) return [];
    return [{ pid, program, fits, config: namedConfig(pid, words, sought.configPath) }];
  });
}

/** The only one there reads something else: to signal it would be to signal somebody else's. */
function reading(
  pid: number,
  names: readonly string[],
  { executable, configPath }: Sought,
): Finding {
  const what = `the only process that runs ${executable} (pid ${pid}) was started with --config ${names.join(" and ")}`;
  return {
    is: "missing",
    why: `${what}, expected ${configPath}: start it with that file, or write its own as agent.attach.config_path`,
  };
}

function several(
  candidates: readonly Candidate[],
  ours: readonly Candidate[],
  { executable, configPath }: Sought,
): Finding {
  const list = candidates.map(({ pid }) => pid).join(", ");
  const which =
    ours.length === 0 ? "none of them was started" : `${ours.length} of them were started`;
  const what = `${candidates.length} processes run ${executable} (pids ${list}) and ${which} with --config ${configPath}`;
  const advice = "expected exactly one: start it with that file, or write agent.attach.executable";
  return { is: "missing", why: `${what}; ${advice}` };
}

function candidateOf(pid: number, sought: Sought): readonly Candidate[] {
  if (pid === process.pid) return [];
  const words = commandLineOf(pid);
  // In the middle of an exec there is no command line yet: what it reads cannot be told.
  if (words.length === 0) return [];
  if (!runs(pid, words, sought.executable)) return [];
  if (shortCommands.includes(words[1] ?? "")) return [];
  const stat = statOf(pid);
  if (stat === undefined || hasEnded(stat) || isOurs(stat.parent)) return [];
  return [{ pid, parent: stat.parent, startTime: stat.startTime, words }];
}

/** The link to the program of another user's process cannot be read: then the name that it gives itself decides. */
function runs(pid: number, words: readonly string[], executable: string): boolean {
  const path = programOf(pid);
  if (executable.startsWith("/")) return (path ?? words[0]) === executable;
  const own = basename(words[0] ?? "");
  return own === executable || (path !== undefined && basename(path) === executable);
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

function isOurs(parent: number): boolean {
  for (let pid = parent; pid > 1; pid = statOf(pid)?.parent ?? 0) {
    if (pid === process.pid) return true;
  }
  return false;
}
