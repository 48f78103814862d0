import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { nopConfig, nopPart } from "../helpers/agent/agent-configs.ts";
import { type AgentName, agentPath } from "../helpers/agent/agents.ts";
import {
  type Daemon,
  collectorPath,
  count,
  eventually,
  firstPid,
  patienceMs,
  pidsOf,
  scratchFolder,
} from "../helpers/e2e/daemon.ts";
import { type Scene, createScene } from "../helpers/e2e/scene.ts";
import { remoteConfig } from "../helpers/e2e/settings-text.ts";
import { type StepClock, buildStepClock, createStepClock } from "../helpers/e2e/step-clock.ts";
import { freePorts } from "../helpers/net/free-ports.ts";

const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-clock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const built = buildStepClock(folder);
const missing = "missing" in built ? built.missing : "";
const library = "library" in built ? built.library : "";

/** Far less than the smallest step of an hour, and no matter of speed. */
const soonMs = patienceMs;

/** Who sees the date that is set. */
type Seers = "supervisor and agent" | "the supervisor alone" | "the agent alone";

const steps = [-3_600_000, -2_000, 2_000, 3_600_000];
const rows = steps.flatMap((stepMs) =>
  (["supervisor and agent", "the supervisor alone", "the agent alone"] as const).map(
    (seers) => [stepMs, seers] as const,
  ),
);

interface Stage extends Scene {
  readonly clock: StepClock;
  readonly boot: () => Daemon;
}

/** A host on which the date can be set; a collector in Go always sees the real one. */
async function stage(seers: Seers, name: AgentName = "healthy", agent = ""): Promise<Stage> {
  const clock = createStepClock(library, scratchFolder());
  const [health = 0] = await freePorts(1);
  const variables = Object.entries(clock.environment).map(([key, value]) => `${key}: ${value}`);
  const own = seers === "the agent alone" ? `  env: {${variables.join(", ")}}\n` : "";
  const scene = await createScene({
    local: nopConfig(undefined, { health: `127.0.0.1:${health}` }),
    executable: seers === "the supervisor alone" ? collectorPath() : agentPath(name),
    capabilities: remoteConfig,
    agent: own + agent,
  });
  const environment = seers === "the agent alone" ? {} : clock.environment;
  return { ...scene, clock, boot: () => scene.boot(environment) };
}

test.skipIf(missing !== "").each(rows)(
  "a step of %i ms, seen by %s, stops no start, no restart, no reload and no verdict",
  async (stepMs, seers) => {
    const { server, clock, boot } = await stage(seers);
    const daemon = boot();
    const first = await firstPid(daemon);
    clock.stepTo(stepMs);
    const { uid } = await server.agent((agent) => agent.up === "true");

    const killedAt = performance.now();
    process.kill(first, "SIGKILL");
    clock.stepTo(2 * stepMs);
    await eventually(() => pidsOf(daemon).length > 1 && count(daemon, "agent is healthy") > 1);
    expect(performance.now() - killedAt).toBeLessThan(soonMs);

    for (const [word, aheadMs] of [
      ["one", 3 * stepMs],
      ["two", 4 * stepMs],
    ] as const) {
      server.offerConfig(uid, nopPart(word));
      clock.stepTo(aheadMs);
      await server.agent(
        (agent) =>
          agent.remoteConfigStatus?.status === "applied" &&
          agent.effectiveConfig[0]?.text.includes(`nop/${word}`) === true,
      );
    }
    // By SIGHUP, and not undone: no process but the two.
    expect(pidsOf(daemon)).toHaveLength(2);
    expect(count(daemon, "remote config failed")).toBe(0);
    const { up } = await server.agent(() => true);
    expect(up).toBe("true");
  },
  4 * patienceMs,
);

test.skipIf(missing !== "").each(steps)(
  "a step of %i ms ends no wait before a restart",
  async (stepMs) => {
    const { clock, boot } = await stage("supervisor and agent", "exits-at-once");
    const daemon = boot();
    // The waits are 0, 0.2, 0.5, 1 and 2 s; in each of them the date is set.
    for (let ends = 1; ends <= 5; ends += 1) {
      await eventually(() => count(daemon, "agent process ended unexpectedly") >= ends);
      clock.stepTo(ends % 2 === 1 ? stepMs : 0);
    }
    await eventually(() => pidsOf(daemon).length >= 6);
    const times = daemon.lines.filter(
      ({ msg }) => msg === "the clock was set, or the machine has slept",
    );
    expect(times.length).toBeGreaterThan(0);
  },
  3 * patienceMs,
);

test.skipIf(missing !== "").each(steps)(
  "a step of %i ms in the middle of a stop does not keep an agent that ignores it",
  async (stepMs) => {
    const { server, clock, boot } = await stage(
      "supervisor and agent",
      "ignores-sigterm",
      "  stop_timeout: 2s\n",
    );
    const daemon = boot();
    await server.agent((agent) => agent.up === "true");
    daemon.signal("SIGTERM");
    await daemon.waitForLog("stopping");
    clock.stepTo(stepMs);
    expect(await daemon.ended).toBe(0);
    expect(daemon.lines.some(({ msg }) => msg === "stopped")).toBe(true);
  },
  2 * patienceMs,
);

test.runIf(missing !== "")(`the date cannot be set here: ${missing}`, ({ skip }) => skip(missing));
