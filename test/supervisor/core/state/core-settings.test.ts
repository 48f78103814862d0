import { test, expect } from "vitest";
import { plan } from "../../../../src/supervisor/core/plan.ts";
import {
  type AgentKind,
  attachedAgent,
  childAgent,
} from "../../../../src/supervisor/core/state/core-settings.ts";
import type { State } from "../../../../src/supervisor/core/state/state.ts";
import type { Step } from "../../../../src/supervisor/core/state/step.ts";
import { policy } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

const world = runningWorld();

/** What is done to a running agent of this kind when something else is desired of it. */
function stepFor(kind: AgentKind, changes: Partial<State["desired"]>): Step | undefined {
  const state = { ...world.state(), desired: { ...world.state().desired, ...changes } };
  return plan(state, world.now(), { ...policy, kind }).step;
}

const ends = { do: "signal-agent", run: 1, signal: "SIGTERM" };

test("a child is ours to start anew and to end, and ends with us", () => {
  expect(stepFor(childAgent, { restarts: 1 })).toEqual(ends);
  expect(stepFor(childAgent, { run: "down" })).toEqual(ends);
});

test("what somebody else starts goes on without us, and is started anew only where it may be ended", () => {
  expect(stepFor(attachedAgent(true), { restarts: 1 })).toEqual(ends);
  expect(stepFor(attachedAgent(false), { restarts: 1 })).toBeUndefined();
  expect(stepFor(attachedAgent(true), { run: "down" })).toBeUndefined();
  expect(stepFor(attachedAgent(false), { run: "down" })).toBeUndefined();
});
