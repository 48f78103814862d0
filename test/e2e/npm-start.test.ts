import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { collectorPath, eventually, patienceMs, scratchFolder } from "../helpers/e2e/daemon.ts";
import { descendantsOf, lives } from "../helpers/agent/processes.ts";
import { freePorts } from "../helpers/net/free-ports.ts";

interface Started {
  readonly pid: number;
  readonly ended: Promise<unknown>;
  readonly output: () => string;
}

/** `npm start` in a process group of its own, until its collector is healthy. */
async function npmStart(): Promise<Started> {
  const folder = scratchFolder();
  const [port] = await freePorts(1);
  const child = spawn("npm", ["start", "--offline", "--", `--port=${port}`, "--page=0"], {
    cwd: join(import.meta.dirname, "../.."),
    env: { ...process.env, XDG_STATE_HOME: folder, OTELCOL: collectorPath() },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (output += bytes.toString()));
  const pid = child.pid ?? 0;
  await eventually(() => /"agent is healthy"/.test(output));
  return { pid, ended: once(child, "exit"), output: () => output };
}

test.each([
  ["npm is asked to end", "SIGTERM", 1],
  ["npm is told that its terminal is gone", "SIGHUP", 1],
  ["npm is killed", "SIGKILL", 1],
  ["the terminal is closed", "SIGHUP", -1],
] as const)(
  "when %s, console, supervisor and collector end in order",
  { timeout: 4 * patienceMs },
  async (_, signal, whom) => {
    const npm = await npmStart();
    const pids = descendantsOf(npm.pid);
    onTestFinished(() => pids.filter(lives).forEach((pid) => process.kill(pid, "SIGKILL")));
    // The console, which is npm's own child, the supervisor, and the collector.
    expect(pids.length).toBeGreaterThanOrEqual(3);
    process.kill(whom * npm.pid, signal);
    await npm.ended;
    await eventually(() => !pids.some(lives));
    expect(npm.output()).toContain('"msg":"stopped"');
    expect(npm.output()).not.toContain("Error");
  },
);
