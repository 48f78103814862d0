import fc from "fast-check";
import { test, expect } from "vitest";
import { seen, stalled } from "../../../../src/supervisor/core/agent/stall.ts";
import { plan } from "../../../../src/supervisor/core/plan.ts";
import { reduce } from "../../../../src/supervisor/core/reduce.ts";
import type { Event } from "../../../../src/supervisor/core/state/event.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { policy, remoteOf, uid } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

const answered = (run: number): Extract<Event, { on: "agent-probed" }> => ({
  on: "agent-probed",
  run,
  outcome: { is: "healthy", upSince: undefined },
  at: 5,
});

test("a stall says nothing where there is no agent, and ends with the agent's own answer", () => {
  expect(stalled(initialState(uid), 5)).toEqual(initialState(uid));
  const { state } = runningWorld();
  const late = stalled(state(), 1_000);
  expect(late.agent.unseenUntil).toBe(6_000);
  expect(seen(late, answered(77))).toBe(late);
  expect(seen(late, answered(1)).agent.unseenUntil).toBe(0);
  expect(seen(state(), answered(1))).toBe(state());
});

test("whenever we stall in a trial, an agent that answers afterwards is not taken back", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 50_000 }),
      fc.integer({ min: 61_000, max: 900_000 }),
      (beforeMs, stallMs) => {
        const world = runningWorld();
        world.behave.healthyAfterMs = (text) => (text.includes("nop/slow") ? 55_000 : 40);
        world.post({ on: "config-offered", remote: remoteOf("slow") });
        world.pass(beforeMs);
        const at = world.now() + stallMs;
        const wake: Event = { on: "stalled", at };
        const woken = reduce(reduce(world.state(), wake, policy), { on: "ticked", at }, policy);
        expect(woken.config.verdict).toMatchObject({ is: "applying" });
        const run = "run" in woken.agent.process ? woken.agent.process.run : 0;
        const healthy = reduce(woken, { ...answered(run), at: at + 2 }, policy);
        const settled = reduce(healthy, { on: "ticked", at: at + 600 }, policy);
        expect(settled.config.verdict).toMatchObject({ is: "applied" });
      },
    ),
    { numRuns: 30 },
  );
});

test("an agent that hangs is found after a stall too", () => {
  const world = runningWorld();
  world.behave.healthyAfterMs = (text) => (text.includes("nop/hangs") ? Infinity : 40);
  world.post({ on: "config-offered", remote: remoteOf("hangs") });
  world.pass(1_000);
  const at = world.now() + 70_000;
  const woken = reduce(world.state(), { on: "stalled", at }, policy);
  expect(plan({ ...woken, dataFlow: undefined }, at, policy).wakeAt).toBeLessThanOrEqual(
    at + 5_000,
  );
  const judged = reduce(woken, { on: "ticked", at: at + 5_000 }, policy);
  expect(judged.config.verdict).toMatchObject({ is: "failed" });
});
