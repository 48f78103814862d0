import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { isScarcity, systemCodeOf } from "../errors.ts";

/** What tells one process from a later one that was given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** The identity of a process that runs now. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, startTime: startTimeOf(pid), bootId: bootId() };
}

/** True while exactly this process exists. */
export function lives({ pid, startTime, bootId: boot }: ProcessIdentity): boolean {
  return unlessScarce(() => readBootId() === boot) && livesSince(pid, startTime);
}

/** True while the process that began then has this pid. */
export function livesSince(pid: number, startTime: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCodeOf(error) !== "EPERM") return false;
  }
  return unlessScarce(() => {
    const stat = readStat(pid);
    return (stat?.startTime ?? "") === startTime && (stat === undefined || !hasEnded(stat));
  });
}

/** Where no file can be opened, what cannot be read speaks against nothing: its pid alone decides. */
function unlessScarce(isSo: () => boolean): boolean {
  try {
    return isSo();
  } catch (error) {
    if (isScarcity(error)) return true;
    throw error;
  }
}

/**
 * True of a process that has ended while its parent has not looked yet. Its first thread shows that state before the others
 * are through, and until then they hold its ports and files.
 */
export function hasEnded({ state, threads }: Pick<ProcessStat, "state" | "threads">): boolean {
  // Where no number is told, the state alone counts.
  return state === "X" || (state === "Z" && !(threads > 1));
}

/** Every process that /proc shows; none on a system without it. */
export function runningPids(): readonly number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    // Then nobody is seen.
    return [];
  }
}

/** What the kernel says of a process. */
export interface ProcessStat {
  /** One letter; `Z`: its first thread has ended and its parent has not looked yet. */
  readonly state: string;
  /** Those that are not through yet. */
  readonly threads: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** In hundredths of a second since the machine's start. */
  readonly startTime: string;
}

/** The fields of /proc/PID/stat; undefined when the process is gone, where there is no /proc, or it cannot be read. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    return readStat(pid);
  } catch {
    // Whoever has to tell the two apart asks whether it lives.
    return undefined;
  }
}

function readStat(pid: number): ProcessStat | undefined {
  const stat = readUnlessGone(`/proc/${pid}/stat`);
  if (stat === "") return undefined;
  // The command in parentheses may itself contain spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent = "0", group = "0", session = "0"] = fields;
  const numbers = { parent: Number(parent), group: Number(group), session: Number(session) };
  return { state, threads: Number(fields[17]), ...numbers, startTime: fields[19] ?? "" };
}

/** Empty where there is nothing to read; throws where no file can be opened. */
function readUnlessGone(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isScarcity(error)) throw error;
    return "";
  }
}

/** Empty where there is no /proc, or the process is gone: the pid alone decides. */
function startTimeOf(pid: number): string {
  return statOf(pid)?.startTime ?? "";
}

/** Names the time since the machine was started; empty where that is not told. */
export function bootId(): string {
  try {
    return readBootId();
  } catch {
    // No file can be opened.
    return "";
  }
}

function readBootId(): string {
  return readUnlessGone("/proc/sys/kernel/random/boot_id").trim();
}

/** Names the pid namespace of this process: the same pid means another process in another one. Empty: not told. */
export function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    // No /proc, or a kernel without namespaces.
    return "";
  }
}
