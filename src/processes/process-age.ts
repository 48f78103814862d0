import { readFileSync } from "node:fs";

/** What the kernel rounds off of a start time and of the time since the machine's start. */
const roundingMs = 20;

/**
 * How long a process has lived, from its start time as /proc tells it: by the kernel's own count, so no change of the
 * clock disturbs it. Undefined where that count cannot be read, or is not what it seems.
 */
export function ageOf(startTime: string): number | undefined {
  const upMs = machineUpMs();
  if (upMs === undefined || startTime === "") return undefined;
  const ageMs = upMs - Number(startTime) * 10;
  // A container may be shown an uptime of its own, by which it began after all that is seen from it.
  return ageMs >= -roundingMs ? Math.max(0, ageMs) : undefined;
}

function machineUpMs(): number | undefined {
  try {
    const [seconds = ""] = readFileSync("/proc/uptime", "utf8").split(" ");
    const upMs = Number(seconds) * 1000;
    return upMs > 0 ? upMs : undefined;
  } catch {
    // No /proc/uptime on this system.
    return undefined;
  }
}
