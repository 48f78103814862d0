import { test, expect } from "vitest";
import type { AgentView } from "../../../src/dev-server/fleet/view.ts";
import { dyingPart, nopPart } from "../../helpers/agent/agent-configs.ts";
import { eventually, patienceMs } from "../../helpers/e2e/daemon.ts";
import { takenPort } from "../../helpers/net/free-ports.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import { createScene } from "../../helpers/e2e/scene.ts";

/**
 * Places in the first start, a good offer (1 to 2) and a bad one that starts and fails (2 to 3, and back), with the time
 * of passing at which the supervisor is killed there.
 */
const places: readonly string[] = [
  "before journal:1",
  "previous journal kept:1",
  "temporary written:2",
  "temporary written:4",
  "temporary written:6",
  "temporary written:8",
  "journal written:2",
  "journal written:3",
  "journal written:4",
  "journal written:5",
  "journal written:6",
  "journal written:7",
  "before generation:1",
  "before generation:2",
  "generation kept:2",
  "generation kept:3",
  "effective written:1",
  "effective written:2",
  "effective written:3",
  "effective written:4",
  "before validate-config:2",
  "after validate-config:2",
  "before write-config:2",
  "after start-agent:1",
  "before reload-agent:1",
  "after reload-agent:1",
  "before reload-agent:2",
  "after reload-agent:2",
  "before start-agent:2",
  "after start-agent:2",
  "fact config-offered:1",
  "fact config-validated:2",
  "fact config-written:2",
  "fact agent-exited:1",
];

const decided = (agent: AgentView): boolean =>
  agent.remoteConfigStatus?.status === "applied" || agent.remoteConfigStatus?.status === "failed";

test.each(places)(
  "killed at %s, the supervisor comes back with one collector, a good configuration and the truth",
  async (place) => {
    const { server, folder, boot, ...host } = await createScene();
    const bad = dyingPart(await takenPort());
    const first = boot({ OPAMPSUPERVISOR_TEST_KILL: place });
    const orEnd = (step: Promise<unknown>): Promise<unknown> =>
      Promise.race([first.ended, step.catch(() => undefined)]);
    await orEnd(server.agent((agent) => agent.up === "true"));
    const uid = server.agents()[0]?.uid;
    if (uid !== undefined) {
      server.offerConfig(uid, nopPart("good"));
      await orEnd(server.agent((agent) => agent.connected && decided(agent)));
      server.offerConfig(uid, bad);
    }
    await first.ended;
    expect(
      first.lines.map((line) => line.msg),
      "it was killed, not stopped",
    ).not.toContain("stopped");

    const second = boot();
    await second.waitForLog("agent is healthy");
    const agent = await server.agent(
      (seen) => seen.connected && seen.up === "true" && (seen.offer === undefined || decided(seen)),
    );
    await eventually(() => collectorsOf(folder).length === 1);
    const effective = host.effective();
    expect(effective).not.toContain("otlp/bad");
    expect(agent.effectiveConfig[0]?.text).toBe(effective);
    if (agent.remoteConfigStatus?.status === "applied") expect(effective).toContain("nop/good");
    const told = second.lines.map((line) => JSON.stringify(line)).join("\n");
    expect(told).not.toContain("damaged");
  },
  4 * patienceMs,
);
