import { readFileSync } from "node:fs";

/** The middle one. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

/** Prints one figure: the median, the goal where there is one, and all numbers. */
export function show(what: string, numbers: readonly number[], unit = "ms", goal = ""): void {
  const sorted = numbers.toSorted((a, b) => a - b).map((number) => Math.round(number));
  const middle = String(Math.round(median(numbers))).padStart(6);
  const wanted = goal === "" ? "" : `, goal: ${goal}`;
  process.stdout.write(`${what.padEnd(54)} ${middle} ${unit}  (${sorted.join(" ")})${wanted}\n`);
}

/** One line of /proc/PID/status that is in kB: `VmRSS` is resident memory now, `VmHWM` the most of it so far. */
export function megabytesOf(pid: number | undefined, what: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)?.[1] ?? "0") / 1024;
}

/** The one child of a daemon. */
export function agentPid(daemon: number | undefined): number {
  const children = readFileSync(`/proc/${daemon}/task/${daemon}/children`, "utf8");
  return Number(children.trim().split(" ")[0]);
}
