import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { systemCodeOf } from "../errors.ts";

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
  if (boot !== bootId()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCodeOf(error) !== "EPERM") return false;
  }
  const stat = statOf(pid);
  // What has ended and is not yet looked at by its parent lives no more.
  return (stat?.startTime ?? "") === startTime && stat?.state !== "Z";
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
  /** One letter; `Z`: it has ended and its parent has not looked yet. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** In hundredths of a second since the machine's start. */
  readonly startTime: string;
}

/** The fields of /proc/PID/stat; undefined when the process is gone, or where there is no /proc. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command in parentheses may itself contain spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "", parent = "0", group = "0", session = "0"] = fields;
    const numbers = { parent: Number(parent), group: Number(group), session: Number(session) };
    return { state, ...numbers, startTime: fields[19] ?? "" };
  } catch {
    // Whoever asks has to tell the two apart.
    return undefined;
  }
}

/** Empty where there is no /proc, or the process is gone: the pid alone decides. */
function startTimeOf(pid: number): string {
  return statOf(pid)?.startTime ?? "";
}

/** Names the time since the machine was started; empty where that is not told. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    // No /proc on this system.
    return "";
  }
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
