import { expect, test } from "vitest";
import { agentStatus } from "../../../../../src/supervisor/core/report/status/agent-status.ts";
import { withExtension } from "../../../../../src/supervisor/core/state/state.ts";
import type { ComponentHealth } from "../../../../../src/opamp-client/wire/messages.ts";
import { policy } from "../../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../../helpers/core/running-world.ts";
import { momentOf } from "../../../../helpers/core/status.ts";

test("a crash shows as a restart with its reason and its gap", () => {
  const world = runningWorld();
  world.pass(70_000);
  world.crash();
  world.pass(5_000);
  const { restarts, lastGap, state } = agentStatus(world.state(), policy, momentOf(world));
  expect(state).toBe("up");
  expect(restarts).toMatchObject({ count: 1, afterCrash: 1, last: { planned: false } });
  expect(lastGap?.why).toBe(restarts.last?.why);
  expect(lastGap?.lastedMs).toBeGreaterThan(0);
});

test("the parts of the agent are told as a tree of bounded depth", () => {
  const world = runningWorld();
  const leaf = { healthy: false, status: "StatusPermanentError", lastError: "no such host" };
  const parts = new Map<string, ComponentHealth>();
  const loop: ComponentHealth = { healthy: true, status: "ok", componentHealthMap: parts };
  parts.set("again", loop);
  const exporter = new Map([["exporter:otlp", leaf]]);
  const traces = { healthy: true, status: "StatusOK", componentHealthMap: exporter };
  const both = new Map<string, ComponentHealth>([
    ["pipeline:traces", traces],
    ["endless", loop],
  ]);
  const health = { healthy: true, componentHealthMap: both };
  const state = withExtension(world.state(), { health });
  const { components } = agentStatus(state, policy, momentOf(world));
  const { status, lastError: error } = leaf;
  expect(components[0]).toEqual({
    ...{ name: "pipeline:traces", healthy: true, status: "StatusOK", error: null },
    components: [{ name: "exporter:otlp", healthy: false, status, error, components: [] }],
  });
  expect(JSON.stringify(components).match(/again/g)?.length).toBeLessThan(10);
});
