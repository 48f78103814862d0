import { test, expect } from "vitest";
import { nopConfig, nopPart } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { patienceMs } from "../../helpers/e2e/daemon.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { runningScene } from "../../helpers/e2e/scene.ts";

test.each([
  { readyAfterMs: 4_000, applyTimeout: "1s", reload: "restart" },
  { readyAfterMs: 4_000, applyTimeout: "1s", reload: "auto" },
  { readyAfterMs: 20_000, applyTimeout: "5s", reload: "restart" },
])(
  "a configuration that takes the agent $readyAfterMs ms by $reload is waited for and never rolled back",
  async ({ readyAfterMs, applyTimeout, reload }) => {
    const [health = 0] = await freePorts(1);
    const { server, daemon, uid } = await runningScene({
      local: nopConfig(undefined, { health: `127.0.0.1:${health}` }),
      executable: agentPath("slow-start"),
      agent: `  config_apply_timeout: ${applyTimeout}\n  reload: ${reload}\n`,
    });
    server.offerConfig(uid, nopPart(`ready_after_${readyAfterMs}_ms`));
    const waiting = await server.agent(
      ({ remoteConfigStatus }) =>
        remoteConfigStatus?.status === "applying" && remoteConfigStatus.errorMessage !== "",
    );
    expect(waiting.remoteConfigStatus?.errorMessage).toContain("still starting");
    const done = await server.agent(({ remoteConfigStatus }) =>
      ["applied", "failed"].includes(remoteConfigStatus?.status ?? ""),
    );
    expect(done.remoteConfigStatus).toMatchObject({ status: "applied", errorMessage: "" });
    expect(done.effectiveConfig[0]?.text).toContain(`ready_after_${readyAfterMs}_ms`);
    const told = daemon.lines.map(({ msg }) => msg);
    expect(told).not.toContain("rolled back to the last good configuration");
    const starts = told.filter((msg) => msg === "agent process started");
    expect(starts, "nobody lost patience on the way").toHaveLength(reload === "restart" ? 2 : 1);
    const back = daemon.lines.findLast(({ msg }) => /is healthy|runs the new/.test(msg));
    expect(back?.["gapMs"]).toBeGreaterThanOrEqual(readyAfterMs);
  },
  3 * patienceMs,
);
