import { unknownBinary } from "../../../../src/supervisor/core/state/generation.ts";
import { test, expect } from "vitest";
import { noConnections } from "../../../../src/agent-config/connections.ts";
import { withComponents } from "../../../../src/supervisor/core/report/component-health.ts";
import { silentExtension } from "../../../../src/supervisor/core/state/extension-state.ts";
import type { AgentState } from "../../../../src/supervisor/core/state/agent.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { renderedOf, uid } from "../../../helpers/core/core-samples.ts";

const config = renderedOf("x", { probe: { url: "http://localhost:13133/" } });
const agent: Extract<AgentState, { at: "up" }> = {
  at: "up",
  run: 1,
  pid: 1,
  generation: {
    number: 1,
    config,
    remote: undefined,
    binary: unknownBinary,
    connections: noConnections,
    sources: undefined,
    stopsData: false,
  },
  restarts: 0,
  startedAt: 0,
  healthySince: undefined,
  illSince: 5,
  upSince: undefined,
  doubt: undefined,
  probe: { asked: false, dueAt: 0, complaint: "answered 503" },
};
const whole = { healthy: false, status: "unhealthy", startTimeUnixNano: 7n };
const link = { run: 1, nextSequenceNum: 1n, greets: false, flags: 0n };

test("without the extension the whole has no parts", () => {
  expect(withComponents(whole, initialState(uid), agent)).toBe(whole);
});

test("the process, the health check and the components stand beside each other", () => {
  const extensions = { healthy: true };
  const health = { healthy: true, componentHealthMap: new Map([["extensions", extensions]]) };
  const extension = { ...silentExtension, link, health };
  const parts = withComponents(whole, { ...initialState(uid), extension }, agent);
  expect(parts).toMatchObject(whole);
  const { componentHealthMap } = parts;
  expect(componentHealthMap?.get("process")).toMatchObject({ healthy: true, status: "running" });
  expect(componentHealthMap?.get("health_check")).toMatchObject({
    healthy: false,
    lastError: "answered 503",
  });
  expect(componentHealthMap?.get("extensions")).toBe(extensions);
});
