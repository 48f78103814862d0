import { textOrNothing } from "../../files/read-if-there.ts";
import { endGroup } from "../../processes/end-group.ts";
import { type Family, familyOf } from "../../processes/family.ts";
import {
  type ProcessIdentity,
  identityOf,
  lives,
  statOf,
} from "../../processes/process-identity.ts";

/**
 * The processes of a run. Where the executable is a script, the collector is not the process that was started but one
 * of those.
 */
export interface RunProcesses extends Family {
  /** The file that the collector was told to read. */
  readonly configPath: string;
}

/** The signals that an agent is sent. */
export type AgentSignal = "SIGTERM" | "SIGKILL" | "SIGHUP";

const pollMs = 20;

/**
 * Signals a run. A reload is for the collector alone: most scripts die of SIGHUP. An end is for the script and the
 * collector, not for what reads the collector's output: without a reader it could not finish its work. SIGKILL is for
 * all.
 */
export function signalRun(run: RunProcesses, signal: AgentSignal): void {
  const { leader } = run;
  const others = familyOf(run);
  const collectors = collectorsIn(run, others);
  if (signal === "SIGKILL") {
    for (const pid of lives(leader) ? [leader.pid, ...others] : others) send(pid, signal);
    endGroup(leader.pid);
    return;
  }
  if ((signal === "SIGTERM" || collectors.length === 0) && lives(leader)) send(leader.pid, signal);
  for (const pid of collectors) send(pid, signal);
}

/** How the rest of a run is ended. */
interface Ending {
  readonly drainMs: number;
  /** As in `familyOf`. */
  readonly ended: boolean;
  /** True when the collector knows already that it is to end: some take a second word for impatience. */
  readonly told: boolean;
}

/**
 * Ends what is left of a run without its first process: a collector may finish its work, all else is killed. Resolves
 * with the collectors that were there, as soon as nothing is left.
 */
export async function endRest(
  run: RunProcesses,
  { drainMs, ended, told }: Ending,
): Promise<readonly number[]> {
  const collectors = collectorsIn(run, familyOf(run, ended)).map(identityOf);
  if (!told) for (const { pid } of collectors) send(pid, "SIGTERM");
  await untilGone(collectors, drainMs);
  // What is killed may have had the time to start another one.
  for (let round = 0; round < 5; round += 1) {
    const left = familyOf(run, ended).map(identityOf);
    if (ended) endGroup(run.leader.pid);
    if (left.length === 0) break;
    for (const { pid } of left) send(pid, "SIGKILL");
    await untilGone(left, 1_000);
  }
  return collectors.map(({ pid }) => pid);
}

/** True while one of these processes is the collector: the first one, or what a script has started. */
export function hasCollector(run: RunProcesses): boolean {
  const { seen, leader } = run;
  if (seen === undefined || seen.pid === leader.pid || lives(seen)) return true;
  return collectorsIn(run, familyOf(run)).length > 0;
}

/** Resolves when none of these processes lives any more, or when the time is over. */
async function untilGone(processes: readonly ProcessIdentity[], timeoutMs: number): Promise<void> {
  for (let leftMs = timeoutMs; leftMs > 0 && processes.some(lives); leftMs -= pollMs) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/**
 * Which of a run's processes are the collector: the one that has answered the health check, else those that name its
 * file, of a shell and what it has started only the latter. None: it is the first process itself.
 */
function collectorsIn(
  { leader, seen, configPath }: RunProcesses,
  others: readonly number[],
): readonly number[] {
  if (seen !== undefined) {
    if (seen.pid === leader.pid && lives(leader)) return [];
    if (others.includes(seen.pid)) return [seen.pid];
  }
  const naming = others.filter((pid) => names(pid, configPath));
  const parents = new Set(naming.map((pid) => statOf(pid)?.parent));
  return naming.filter((pid) => !parents.has(pid));
}

/** True of a process whose command line names this file. */
export function names(pid: number, path: string): boolean {
  if (path === "") return false;
  const words = textOrNothing(`/proc/${pid}/cmdline`).split("\0");
  return words.some(
    (word) => word.endsWith(path) && /(?:^|[=:])$/.test(word.slice(0, -path.length)),
  );
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended just now, or it runs as a user whose processes we may not end.
  }
}
