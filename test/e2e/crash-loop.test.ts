import { test, expect } from "vitest";
import { agentPath } from "../helpers/agents.ts";
import { patienceMs } from "../helpers/daemon.ts";
import { cpuMs } from "../helpers/processes.ts";
import { createScene } from "../helpers/scene.ts";

const watchedMs = 30_000;

test(
  "a binary that dies at once is started five times in half a minute, at next to no cost, and the server hears why",
  async () => {
    const executable = agentPath("exits-at-once");
    const { server, boot } = await createScene({ executable, capabilities: [] });
    const daemon = boot();
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
