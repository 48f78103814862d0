import { readFileSync } from "node:fs";
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

/** What the kernel says of a process. */
interface ProcessStat {
  /** One letter; `Z`: it has ended and its parent has not looked yet. */
  readonly state: string;
  readonly parent: number;
  /** In hundredths of a second since the machine's start. */
  readonly startTime: string;
}

/** The fields of /proc/PID/stat; undefined when the process is gone, or where there is no /proc. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command in parentheses may itself contain spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "", parent = "0"] = fields;
    return { state, parent: Number(parent), startTime: fields[19] ?? "" };
  } catch {
    // Whoever asks has to tell the two apart.
    return undefined;
  }
}

/** Empty where there is no /proc, or the process is gone: the pid alone decides. */
function startTimeOf(pid: number): string {
  return statOf(pid)?.startTime ?? "";
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    // No /proc on this system.
    return "";
  }
}
