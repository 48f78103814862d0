import { type RunProcesses, hasCollector } from "./run-processes.ts";

const looks = 10;

/**
 * Looks, every second, whether a collector that a script has started is still there; calls `alone` once when the script
 * has gone on without one for ten looks: some scripts start it again, others wait for ever. Returns what ends the watch.
 */
export function watchCollector(
  processes: () => RunProcesses,
  alone: () => void,
  lookMs = 1_000,
): () => void {
  let missed = 0;
  const timer = setInterval(() => {
    missed = hasCollector(processes()) ? 0 : missed + 1;
    if (missed < looks) return;
    clearInterval(timer);
    alone();
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}
