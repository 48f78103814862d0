import { textOrNothing } from "./read-if-there.ts";

/** Fewer would turn away who has a right to ask. */
const fewest = 2;

/**
 * How many connections a server of ours may hold at once: so many as it wishes, but no more than a quarter of the files
 * that this process may have open. Each takes one, and without a file the agent could be neither asked nor started.
 */
export function connectionLimit(
  wished: number,
  limits: string = textOrNothing("/proc/self/limits"),
): number {
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  return Math.max(fewest, Math.min(wished, Math.floor(files / 4)));
}
