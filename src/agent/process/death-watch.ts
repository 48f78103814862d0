import { spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { markVariable } from "../../processes/family.ts";
import type { RunProcesses } from "./run-processes.ts";

/**
 * Waits for the end of its standard input, which is the end of whoever holds the other side, then ends process $1 and
 * the collector that it may have started: they may drain for $2 seconds, after which its whole group and everything
 * else that carries the mark $3 is killed. A collector is what names the file $WATCHED_FILE, process $4 among them; what only reads its output lives until
 * then, because without a reader it could not finish its work.
 */
const script = `read -r _
marked() {
  for file in $(grep -lsF -- "${markVariable}=$3" /proc/[0-9]*/environ); do
    file=\${file#/proc/}
    echo "\${file%/environ}"
  done
}
collectors() {
  for pid in $(marked "$@") $4; do grep -qsF -- "$WATCHED_FILE" "/proc/$pid/cmdline" && echo "$pid"; done
}
kill -TERM "$1" $(collectors "$@")
waited=0
while [ "$waited" -lt "$2" ]; do
  [ -n "$(collectors "$@")" ] || kill -0 "$1" || break
  sleep 1
  waited=$((waited + 1))
done
kill -KILL "-$1"
left=$(marked "$@"; collectors "$@")
[ -z "$left" ] || kill -KILL $left`;

/**
 * Has a shell end the agent when this process dies, whatever kills it: for systems without a setpriv, and where a script
 * stands between us and the collector. It sleeps on a pipe and costs nothing. Returns what ends the watch.
 */
export function watchOver(
  { leader, mark, configPath, seen }: RunProcesses,
  drainMs: number,
): () => void {
  const drainSeconds = String(Math.max(1, Math.ceil(drainMs / 1_000)));
  const args = [leader.pid, drainSeconds, mark, seen?.pid ?? ""].map(String);
  // Without a shell the next start of the supervisor finds the agent and ends it.
  const nothing = (): void => undefined;
  try {
    const watch = spawn("sh", ["-c", script, "opampsupervisor-watch", ...args], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      // Not among its arguments: it would look like a collector itself.
      env: { ...process.env, WATCHED_FILE: configPath },
    });
    watch.on("error", nothing);
    // There is none where the process could not be made.
    (watch.stdin as Writable | null)?.on("error", nothing);
    watch.unref();
    return () => void watch.kill("SIGKILL");
  } catch {
    // The system has no place for another process. The agent runs, which is what matters.
    return nothing;
  }
}
