import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { agentPath } from "../helpers/agents.ts";
import { scratchFolder, startDaemon, patienceMs } from "../helpers/daemon.ts";
import { startServer } from "../helpers/dev-world.ts";

/** Processor time that a process has used so far. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Hundredths of a second: utime and stime, fields 14 and 15.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const watchedMs = 30_000;

test(
  "a binary that dies at once is started five times in half a minute, at next to no cost, and the server hears why",
  async () => {
    const server = await startServer();
    const folder = scratchFolder();
    writeFileSync(
      join(folder, "local.yaml"),
      "receivers: {nop: }\nexporters: {nop: }\nservice: {pipelines: {traces: {receivers: [nop], exporters: [nop]}}}\n",
    );
    const daemon = startDaemon(
      folder,
      `server: {endpoint: "${server.opampUrl}"}
agent: {executable: ${agentPath("exits-at-once")}, config_files: [local.yaml]}
storage: {directory: ./storage}
`,
    );
    const first = await daemon.waitForLog("agent process ended unexpectedly");
    const begun = Date.parse(String(first["time"]));
    const before = cpuMs(daemon.pid);
    await new Promise((resolve) => setTimeout(resolve, watchedMs));
    const spent = cpuMs(daemon.pid) - before;
    const starts = daemon.lines.filter(
      ({ msg, time }) =>
        msg === "agent process started" && Date.parse(String(time)) < begun + watchedMs,
    );
    expect(starts.length).toBeGreaterThanOrEqual(3);
    expect(starts.length).toBeLessThanOrEqual(5);
    expect(spent).toBeLessThan(watchedMs * 0.02);
    const agent = await server.agent((seen) => seen.connected && seen.up === "false");
    expect(agent.lastError).toMatch(/^the agent exited with code \d/);
  },
  watchedMs + 2 * patienceMs,
);
