import { freemem } from "node:os";
import { readFileSync } from "node:fs";

const mebibyte = 1024 * 1024;

/** Nobody needs more to look at a configuration; and with less than the other one many could not even start. */
const [mostBytes, leastBytes] = [2048 * mebibyte, 256 * mebibyte];

/** It may grow by as much again before the next look. */
const lookEveryMs = 50;

/** How much a command may take beside an agent that needs its share: half of what is free, within bounds. */
export function fairShareBytes(freeBytes: number = freeMemory()): number {
  return Math.min(mostBytes, Math.max(leastBytes, Math.floor(freeBytes / 2)));
}

/** What is left in the control group, where there is one. Only newer versions of Node know. */
function freeMemory(): number {
  const { availableMemory } = process as { readonly availableMemory?: () => number };
  return availableMemory?.() ?? freemem();
}

/** Looks again and again how much a process holds with all that it has started; calls `exceeded` once, for too much. */
export function watchMemory(
  pid: number,
  maxBytes: number,
  exceeded: () => void,
): { readonly stop: () => void } {
  const timer = setInterval(() => {
    if (heldBy(pid) <= maxBytes) return;
    clearInterval(timer);
    exceeded();
  }, lookEveryMs);
  return { stop: () => clearInterval(timer) };
}

/** Without what is read from files, which the kernel takes back; 0 where that is not told. */
function heldBy(pid: number): number {
  const kibibytes = Number(/^RssAnon:\s+(\d+) kB$/m.exec(textOf(`${pid}/status`))?.[1] ?? 0);
  const children = textOf(`${pid}/task/${pid}/children`).trim().split(" ").map(Number);
  return children
    .filter((child) => child > 0)
    .reduce((sum, child) => sum + heldBy(child), kibibytes * 1024);
}

function textOf(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    // It has ended, or there is no such file on this system.
    return "";
  }
}
