import { test, expect } from "vitest";
import { dyingPart, nopPart } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { eventually, firstPid, patienceMs } from "../../helpers/e2e/daemon.ts";
import { takenPort } from "../../helpers/net/free-ports.ts";
import { collectorsOf, lives } from "../../helpers/agent/processes.ts";
import { createHost, createScene } from "../../helpers/e2e/scene.ts";
import { nobody } from "../../helpers/e2e/settings-text.ts";

/** Places in the first start, a good offer and one that fails at its start and is rolled back. */
const places = [
  "after identify-agent:1",
  "after validate-config:1",
  "after write-config:1",
  "after start-agent:1",
  "fact agent-started:1",
  "fact agent-probed:1",
  "fact config-offered:1",
  "after validate-config:2",
  "before write-config:2",
  "after write-config:2",
  "before reload-agent:1",
  "after reload-agent:1",
  "after validate-config:3",
  "after write-config:3",
  "after reload-agent:2",
  "fact agent-exited:1",
  "after start-agent:2",
];

test.each(places)(
  "asked to stop at %s, everything ends in order and the next start finds it whole",
  async (place) => {
    const { server, folder, effective, boot } = await createScene();
    const bad = dyingPart(await takenPort());
    const daemon = boot({ OPAMPSUPERVISOR_TEST_KILL: `${place}:SIGTERM` });
    const orEnd = (step: Promise<unknown>): Promise<unknown> =>
      Promise.race([daemon.ended, step.catch(() => undefined)]);
    await orEnd(server.agent((agent) => agent.up === "true"));
    const uid = server.agents()[0]?.uid;
    if (uid !== undefined) {
      server.offerConfig(uid, nopPart("good"));
      await orEnd(server.agent((agent) => agent.remoteConfigStatus?.status === "applied"));
      server.offerConfig(uid, bad);
    }
    expect(await daemon.ended).toBe(0);
    expect(daemon.lines.at(-1)?.msg).toBe("stopped");
    expect(collectorsOf(folder)).toEqual([]);

    const next = boot();
    await next.waitForLog("agent is healthy");
    await server.agent((agent) => agent.connected && agent.up === "true");
    expect(collectorsOf(folder)).toHaveLength(1);
    expect(effective()).toContain("nop");
    expect(next.lines.map((line) => JSON.stringify(line)).join("\n")).not.toContain("damaged");
  },
  4 * patienceMs,
);

test("a second signal ends an agent that ignores the first one, at once", async () => {
  const agent = "  stop_timeout: 10m\n";
  const daemon = createHost(nobody, { executable: agentPath("ignores-sigterm"), agent }).boot();
  const pid = await firstPid(daemon);
  await daemon.waitForLog("agent is healthy");
  daemon.signal("SIGTERM");
  await daemon.waitForLog("agent is being stopped");
  daemon.signal("SIGTERM");
  expect(await daemon.ended).toBe(1);
  await eventually(() => !lives(pid));
});

test(
  "an agent that does not end in its time is killed with its whole group, and that is said with the count",
  async () => {
    const agent = "  stop_timeout: 200ms\n";
    const daemon = createHost(nobody, { executable: agentPath("ignores-sigterm"), agent }).boot();
    const pid = await firstPid(daemon);
    await daemon.waitForLog("agent is healthy");
    daemon.signal("SIGTERM");
    const killed = await daemon.waitForLog("agent did not drain in time and is killed");
    expect(killed["forcedKills"]).toBe(1);
    expect(await daemon.ended).toBe(0);
    expect(lives(pid)).toBe(false);
  },
  2 * patienceMs,
);
