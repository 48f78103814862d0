import { spawn } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * Waits for the end of its standard input, which is the end of whoever holds the other side, then ends process $1: it
 * may drain for $2 seconds, after which its whole group is killed.
 */
const script = `read -r _
kill -TERM "$1" || exit 0
waited=0
while [ "$waited" -lt "$2" ] && kill -0 "$1"; do sleep 1; waited=$((waited + 1)); done
kill -KILL "-$1"`;

/**
 * Has a shell end the agent when this process dies, whatever kills it: for systems without a setpriv. It sleeps on a
 * pipe and costs nothing. Returns what ends the watch.
 */
export function watchOver(pid: number, drainMs: number): () => void {
  try {
    return watched(pid, drainMs);
  } catch {
    // The system has no place for another process. The agent runs, which is what matters.
    return () => undefined;
  }
}

function watched(pid: number, drainMs: number): () => void {
  const drainSeconds = String(Math.max(1, Math.ceil(drainMs / 1_000)));
  const watch = spawn("sh", ["-c", script, "opampsupervisor-watch", String(pid), drainSeconds], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Without a shell the next start of the supervisor finds the agent and ends it.
  watch.on("error", () => undefined);
  // There is none where the process could not be made.
  (watch.stdin as Writable | null)?.on("error", () => undefined);
  watch.unref();
  return () => void watch.kill("SIGKILL");
}
