import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * True while a process with this id exists; one that has ended and that nobody has looked at since does not. Its first
 * thread may have ended before the others (field 20: how many there are).
 */
export function lives(pid: number): boolean {
  const fields = statOf(pid);
  return fields[0] !== undefined && (fields[0] !== "Z" || Number(fields[17]) > 1);
}

/** Processor time that a process has used so far. */
export function cpuMs(pid: number): number {
  const fields = statOf(pid);
  // Hundredths of a second: utime and stime, fields 14 and 15 of all.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/**
 * Processes that run with this state directory's configuration, whoever started them. What a collector is about to
 * start (its opamp extension asks lsb_release) looks like a second one for a moment.
 */
export function collectorsOf(folder: string): readonly number[] {
  const mark = join(folder, "storage/effective.yaml");
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(mark);
      } catch {
        // It has ended since the folder was listed.
        return false;
      }
    })
    .map(Number);
  return found.filter((pid) => !found.includes(Number(statOf(pid)[1])));
}

/** What a process has started, and what that has. */
export function descendantsOf(pid: number): readonly number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = all.map(Number).filter((each) => Number(statOf(each)[1]) === pid);
  return found.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** What Linux tells of a process from its state (field 3) on; nothing when there is no such process. */
function statOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program stands before that, in parentheses, and may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
