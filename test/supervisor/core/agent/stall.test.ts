import fc from "fast-check";
import { test, expect } from "vitest";
import { seen, stalled, unasked } from "../../../../src/supervisor/core/agent/stall.ts";
import { plan } from "../../../../src/supervisor/core/plan.ts";
import { reduce } from "../../../../src/supervisor/core/reduce.ts";
import { transitionsOf } from "../../../../src/supervisor/core/report/transitions.ts";
import type { UpAgent } from "../../../../src/supervisor/core/state/agent.ts";
import type { Event, Fact, ProbeOutcome } from "../../../../src/supervisor/core/state/event.ts";
import { wallTime } from "../../../../src/supervisor/core/state/wall-clock.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { policy, remoteOf, uid } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

const answered = (run: number): Extract<Event, { on: "agent-probed" }> => ({
  on: "agent-probed",
  run,
  outcome: { is: "healthy", upSince: undefined },
  at: 5,
});

const fresh = (at: number): ProbeOutcome => ({ is: "healthy", upSince: wallTime(at) });

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

const cannotAsk = (run: number): Fact => ({
  on: "step-failed",
  step: { do: "probe-agent", run, target: { url: "http://127.0.0.1:13133/" } },
  why: "EMFILE",
});

test("an agent that cannot be asked stays what it was, and is asked again", () => {
  const world = runningWorld();
  const before = world.state().agent.process;
  for (let second = 0; second < 600; second += 1) {
    world.pass(1_000);
    const { process: agent } = world.state().agent;
    // In place of what the agent would have answered.
    const begun = reduce(world.state(), { ...cannotAsk(1), at: world.now() }, policy);
    expect(begun.agent.process).toMatchObject({ at: "up", illSince: undefined, run: 1 });
    expect(begun.agent.process).toMatchObject({ probe: { asked: false, complaint: undefined } });
    expect(agent).toMatchObject({ at: "up", healthySince: (before as UpAgent).healthySince });
    world.post(cannotAsk(1));
  }
  expect(world.violations).toEqual([]);
  expect(unasked(world.state(), 77, 5)).toBe(world.state());
  expect(unasked(initialState(uid), 1, 5)).toEqual(initialState(uid));
});

test("while it cannot be asked nothing is judged: no trial ends, no hang is seen; the first such time is told", () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 900 }), (times) => {
      const world = runningWorld();
      world.behave.healthyAfterMs = (text) => (text.includes("nop/later") ? Infinity : 40);
      world.post({ on: "config-offered", remote: remoteOf("later") });
      world.pass(500);
      let state = world.state();
      const { run = 0 } = state.agent.process as { run?: number };
      let told = 0;
      let at = world.now();
      for (let time = 0; time < times; time += 1) {
        const event: Event = { ...cannotAsk(run), at };
        const next = reduce(state, event, policy);
        told += transitionsOf(state, next, event).filter(({ is }) => is === "step-failed").length;
        at += 1_000;
        state = reduce(next, { on: "ticked", at }, policy);
      }
      expect(told).toBe(1);
      expect(state.config.verdict).toMatchObject({ is: "applying" });
      const healthy = reduce(state, { ...answered(run), outcome: fresh(at), at }, policy);
      expect(healthy.agent.process).toMatchObject({ at: "up", illSince: undefined });
    }),
    { numRuns: 20 },
  );
});
