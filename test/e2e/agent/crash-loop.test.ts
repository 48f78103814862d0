import { test, expect } from "vitest";
import { agentPath } from "../../helpers/agent/agents.ts";
import { patienceMs } from "../../helpers/e2e/daemon.ts";
import { cpuMs } from "../../helpers/agent/processes.ts";
import { createScene } from "../../helpers/e2e/scene.ts";

const watchedMs = 30_000;

test(
  "a binary that dies at once is started eight or nine times in half a minute, at next to no cost, and the server hears why",
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
    // At 0, 0, 0.2, 0.7, 1.7, 3.7, 7.7, 15.7 s and perhaps 31.7 s, each wait a quarter shorter or longer.
    expect(starts.length).toBeGreaterThanOrEqual(6);
    expect(starts.length).toBeLessThanOrEqual(9);
    expect(spent).toBeLessThan(watchedMs * 0.05);
    const agent = await server.agent((seen) => seen.connected && seen.up === "false");
    expect(agent.lastError).toMatch(/^the agent exited with code \d/);
  },
  watchedMs + 2 * patienceMs,
);
