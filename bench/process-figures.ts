import { readFileSync, readdirSync } from "node:fs";

/** One line of /proc/PID/status that is in kB: `VmRSS` is resident memory now, `VmHWM` the most of it so far. */
export function megabytesOf(pid: number | undefined, what: "VmRSS" | "VmHWM"): number {
  return kilobytes(`/proc/${pid}/status`, what) / 1024;
}

/** Memory that nobody shares with the process. */
export function privateMegabytesOf(pid: number | undefined): number {
  const file = `/proc/${pid}/smaps_rollup`;
  return (kilobytes(file, "Private_Clean") + kilobytes(file, "Private_Dirty")) / 1024;
}

function kilobytes(file: string, what: string): number {
  return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(file, "utf8"))?.[1] ?? "0");
}

/** How often the threads of a process were given a processor so far. */
export function wakeUpsOf(pid: number | undefined): number {
  const counts = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
    return [...status.matchAll(/ctxt_switches:\s+(\d+)/g)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * For how long the threads that a process has now were on a processor. Finer than what /proc/PID/stat counts: that is in
 * hundredths of a second, and of ten idle seconds there are one or two.
 */
export function ranMsOf(pid: number | undefined): number {
  const ran = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return ran.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
}
