import { test, expect } from "vitest";
import { nopConfig, nopPart } from "../../helpers/agent/agent-configs.ts";
import { type AgentName, agentPath } from "../../helpers/agent/agents.ts";
import { count, type Daemon, eventually, firstPid, patienceMs } from "../../helpers/e2e/daemon.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { type Scene, createScene } from "../../helpers/e2e/scene.ts";
import { remoteConfig } from "../../helpers/e2e/settings-text.ts";

/** One of the pretended collectors on a port of its own. */
async function sceneWith(
  name: AgentName,
  agent = "",
): Promise<Scene & { readonly daemon: Daemon }> {
  const [health = 0] = await freePorts(1);
  const scene = await createScene({
    local: nopConfig(undefined, { health: `127.0.0.1:${health}` }),
    executable: agentPath(name),
    capabilities: [...remoteConfig, "accepts_restart_command"],
    agent,
  });
  return { ...scene, daemon: scene.boot() };
}

test.each(["auto", "restart"])(
  "a configuration on which the agent dies a while after APPLIED is taken back, by %s",
  async (reload) => {
    const { server, daemon } = await sceneWith("dies-later", `  reload: ${reload}\n`);
    const { uid } = await server.agent((agent) => agent.up === "true");
    server.offerConfig(uid, nopPart("dies_after_2000_ms"));
    await daemon.waitForLog("remote config applied");
    const agent = await server.agent((seen) => seen.remoteConfigStatus?.status === "failed");
    expect(agent.remoteConfigStatus?.errorMessage).toMatch(
      /^it was applied, but the agent ended 2 times in a row, the last time: the agent exited with code 1: Error: worker pool exhausted/,
    );
    await server.agent((seen) => seen.up === "true");
    expect(agent.effectiveConfig[0]?.text).not.toContain("dies_after");
  },
  2 * patienceMs,
);

test(
  "an agent that accepts and never answers is unhealthy as soon as the time for an answer is over",
  async () => {
    const { server } = await sceneWith("hangs");
    const agent = await server.agent((seen) => seen.up === "false");
    expect(agent.status).toBe("starting");
    await server.agent((seen) => seen.lastError.includes("no answer from"));
  },
  2 * patienceMs,
);

test(
  "a port that is held for a while after the agent's end is named with its holder, and taken when it is free",
  async () => {
    const { server, daemon } = await sceneWith("holds-its-port");
    await server.agent((agent) => agent.up === "true");
    process.kill(await firstPid(daemon), "SIGKILL");
    const held = /address already in use[^]*port \d+ is held by process (\d+) \(/;
    const { reason } = await daemon.waitForLog(
      (line) =>
        line.msg === "agent process ended unexpectedly" && held.test(String(line["reason"])),
    );
    process.kill(Number(held.exec(String(reason))?.[1]), "SIGTERM");
    await eventually(() => count(daemon, "agent is healthy") > 1);
    await server.agent((agent) => agent.up === "true");
  },
  2 * patienceMs,
);
