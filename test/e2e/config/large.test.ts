import { test, expect } from "vitest";
import { manyPipelines } from "../../helpers/agent/agent-configs.ts";
import { hasOpampExtension } from "../../helpers/agent/collector-facts.ts";
import { patienceMs } from "../../helpers/e2e/daemon.ts";
import { cpuMs } from "../../helpers/agent/processes.ts";
import { runningScene } from "../../helpers/e2e/scene.ts";

test(
  "a configuration of 5,000 pipelines, good and slow, is applied and not rolled back",
  async () => {
    const { server, daemon, uid } = await runningScene({ local: "exporters: {debug: }\n" });
    const before = cpuMs(daemon.pid);
    const text = manyPipelines(5_000);
    expect(text.length).toBeGreaterThan(450_000);
    server.offerConfig(uid, text);
    // Validation and start take the bare collector some five seconds of CPU time, on a busy machine that is a while.
    const agent = await server.agent(
      (seen) => seen.remoteConfigStatus?.status === "applied",
      3 * patienceMs,
    );
    expect(agent.effectiveConfig[0]?.text).toContain("traces/4999:");
    expect(daemon.lines.map((line) => line.msg)).not.toContain(
      "rolled back to the last good configuration",
    );
    const changed = daemon.lines.filter(({ msg }) => msg === "effective config changed").at(-1);
    expect(changed?.["warnings"] !== undefined).toBe(hasOpampExtension());
    process.stdout.write(`CPU of the supervisor for it: ${cpuMs(daemon.pid) - before} ms\n`);
  },
  4 * patienceMs,
);

test.runIf(hasOpampExtension())(
  "the health of 200 pipelines reaches the server as it is in the end, whatever was left out on the way",
  async () => {
    const { server, daemon, uid } = await runningScene({ local: "exporters: {debug: }\n" });
    server.offerConfig(uid, manyPipelines(200));
    const fine = await server.agent((agent) => {
      const parts = agent.health?.components ?? [];
      const flows = parts.filter(({ name }) => name.startsWith("pipeline:traces/"));
      return flows.length === 200 && flows.every(({ health }) => health.status === "StatusOK");
    });
    expect(fine.health?.healthy).toBe(true);
    expect(daemon.lines.filter(({ warnings }) => warnings !== undefined)).toEqual([]);
  },
  2 * patienceMs,
);
