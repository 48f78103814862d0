import { expect, test } from "vitest";
import type { CoreSettings } from "../../../../src/supervisor/core/state/core-settings.ts";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import { baseLayer, configText, remoteOf, uid } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";
import { createWorld, type World } from "../../../helpers/core/world.ts";

const offered = remoteOf("one");

/** A world in which an offer was applied some seconds ago, after a local configuration or after nothing. */
function appliedWorld(before: "local" | "parked", changes: Partial<CoreSettings> = {}): World {
  const local = before === "local" ? [baseLayer(configText("base"))] : [];
  const world = createWorld(withConfig(initialState(uid), { local }), {}, changes);
  world.pass(1_000);
  world.post({ on: "config-offered", remote: offered });
  world.pass(5_000);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: offered.hash });
  world.forget();
  return world;
}

const starts = ({ trace }: World): readonly string[] =>
  trace.filter((step) => step.startsWith("start"));

test("an offer on which the agent dies is rolled back at once, with the agent's last words", () => {
  const world = runningWorld();
  world.behave.diesAfterMs = (text) => (text.includes("nop/bad") ? 30 : Infinity);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(200);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2", "write 1", "start 1"]);
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
  const { verdict } = world.state().config;
  expect(verdict).toMatchObject({ is: "failed", hash: remoteOf("bad").hash });
  expect(verdict.is === "failed" && verdict.why).toContain("exited with code 1: Error: boom");
  expect(verdict.is === "failed" && verdict.why).toContain("Generation 1");
});

test("an offer on which the agent never gets healthy is still applying, then rolled back after the start timeout", () => {
  const world = runningWorld();
  world.behave.healthyAfterMs = (text) => (text.includes("nop/slow") ? Infinity : 40);
  world.post({ on: "config-offered", remote: remoteOf("slow") });
  world.pass(6_000);
  expect(world.state().config.verdict).toMatchObject({
    is: "applying",
    note: "the agent is still starting",
  });
  world.pass(55_000);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.trace).toEqual([
    "validate 2",
    "write 2",
    "stop",
    "start 2",
    "write 1",
    "stop",
    "start 1",
  ]);
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});

test("a good offer that needs 20 s to become healthy is applied, not rolled back", () => {
  const world = runningWorld();
  world.behave.healthyAfterMs = () => 20_000;
  world.post({ on: "config-offered", remote: remoteOf("slow") });
  world.pass(22_000);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
});

test("a bad first offer before any configuration was good falls back to the local one", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.behave.diesAfterMs = (text) => (text.includes("nop/bad") ? 30 : Infinity);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(2_000);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.state().agent.process).toMatchObject({ at: "up" });
  expect(world.state().config.target?.remote).toBeUndefined();
});

test("an exit after probation is a crash like any other", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(40_000);
  world.crash();
  world.pass(1_000);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 2 } });
});

test("an agent that ends again and again long after APPLIED goes back to the configuration before", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(120_000);
  world.behave.diesAfterMs = (text) => (text.includes("nop/one") ? 200 : Infinity);
  world.forget();
  world.crash();
  world.pass(120_000);
  expect(world.trace.filter((step) => step.startsWith("start"))).toEqual([
    ...Array<string>(4).fill("start 2"),
    "start 1",
  ]);
  expect(world.state().config.verdict).toMatchObject({
    is: "failed",
    why: expect.stringContaining("it was applied, but the agent ended 5 times in a row") as string,
  });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
  world.forget();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(10_000);
  expect(world.trace).toEqual([]);
});

test("lasting ill health in probation takes the configuration back, a short one does not", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(2_000);
  world.behave.healthyAfterMs = (text) => (text.includes("nop/one") ? Infinity : 40);
  world.pass(8_000);
  world.behave.healthyAfterMs = () => 40;
  world.pass(3_000);
  expect(world.state().config.verdict.is).toBe("applied");
  world.behave.healthyAfterMs = (text) => (text.includes("nop/one") ? Infinity : 40);
  world.pass(16_000);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.state().config.target?.number).toBe(1);
});

test("the first exit after APPLIED is followed by a start of the same configuration", () => {
  const world = appliedWorld("local");
  world.crash();
  world.pass(60_000);
  expect(world.trace).toEqual(["start 2"]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: offered.hash });
});

test("a second exit in probation takes verdict and configuration back", () => {
  const world = appliedWorld("local");
  world.crash();
  world.pass(1_000);
  world.crash();
  world.pass(1_000);
  expect(starts(world)).toEqual(["start 2", "start 1"]);
  expect(world.state().config.verdict).toMatchObject({
    is: "failed",
    hash: offered.hash,
    why: expect.stringContaining(
      "it was applied, but the agent ended 2 times in a row, the last time: the agent exited with code 2",
    ) as string,
  });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});

test("an exit in probation and one after it are crashes like any other", () => {
  const world = appliedWorld("local");
  world.crash();
  world.pass(40_000);
  world.crash();
  world.pass(1_000);
  expect(starts(world)).toEqual(["start 2", "start 2"]);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("an agent that does not come up again in probation is waited for as long as for a start, then taken back", () => {
  const world = appliedWorld("local");
  world.behave.healthyAfterMs = (text) => (text.includes("nop/one") ? Infinity : 40);
  world.crash();
  world.pass(55_000);
  expect(world.state().config.verdict.is).toBe("applied");
  world.pass(10_000);
  expect(starts(world)).toEqual(["start 2", "start 1"]);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash: offered.hash });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});

test("one that comes up late after an exit in probation keeps its configuration", () => {
  const world = appliedWorld("local");
  world.behave.healthyAfterMs = () => 50_000;
  world.crash();
  world.pass(120_000);
  expect(starts(world)).toEqual(["start 2"]);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.state().config.probation).toBeUndefined();
});

test.each(["SIGKILL", "SIGTERM", "SIGINT"])(
  "%s from outside is never the configuration's fault, however often it comes",
  (signal) => {
    const world = appliedWorld("local");
    for (let kills = 0; kills < 12; kills += 1) {
      world.crash({ signal });
      world.pass(2_000);
    }
    world.pass(120_000);
    expect(new Set(starts(world))).toEqual(new Set(["start 2"]));
    expect(world.state().config.verdict.is).toBe("applied");
    expect(world.state().agent.process.at).toBe("up");
  },
);

test("a kill for want of memory is the configuration's fault when it comes again", () => {
  const world = appliedWorld("local");
  world.crash({ signal: "SIGKILL", outOfMemory: true });
  world.pass(1_000);
  expect(world.state().config.verdict.is).toBe("applied");
  world.crash({ signal: "SIGKILL", outOfMemory: true });
  world.pass(1_000);
  expect(starts(world)).toEqual(["start 2", "start 1"]);
  expect(world.state().config.verdict.is).toBe("failed");
});

test("before APPLIED one kill from outside is enough to go back", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(1_000);
  world.post({ on: "config-offered", remote: offered });
  world.pass(200);
  expect(world.state().config.verdict.is).toBe("applying");
  world.crash({ signal: "SIGKILL" });
  world.pass(1_000);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.state().config.target?.number).toBe(1);
});

test("with nothing but the idle configuration behind it, a configuration is tried on through crashes in probation", () => {
  const world = appliedWorld("parked");
  world.crash({ signal: "SIGKILL" });
  world.pass(1_000);
  for (let crashes = 0; crashes < 3; crashes += 1) {
    world.crash();
    world.pass(3_000);
  }
  expect(new Set(starts(world))).toEqual(new Set(["start 2"]));
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: offered.hash });
  expect(world.state().config.failures).toEqual([]);
  expect(world.state().agent.process.at).toBe("up");
});

test("it is given up for the idle one when it has spent the whole budget", () => {
  const world = appliedWorld("parked");
  world.behave.diesAfterMs = (text) => (text.includes("nop/one") ? 200 : Infinity);
  world.crash();
  world.pass(60_000);
  expect(starts(world)).toEqual([...Array<string>(4).fill("start 2"), "start 1"]);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash: offered.hash });
  expect(world.state().config.target?.config.parked).toBe(true);
});

test("ill health in probation parks nobody", () => {
  const world = appliedWorld("parked");
  world.behave.healthyAfterMs = (text) => (text.includes("nop/one") ? Infinity : 40);
  world.pass(60_000);
  expect(world.trace).toEqual([]);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("a generation answers for its own crashes only", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(1_000);
  world.behave.diesAfterMs = (text) => (text.includes("nop/bad") ? 30 : Infinity);
  for (let offers = 0; offers < 6; offers += 1) {
    world.post({ on: "config-offered", remote: remoteOf(`bad${offers}`) });
    world.pass(3_000);
  }
  world.post({ on: "config-offered", remote: offered });
  world.pass(31_000);
  world.crash();
  world.pass(1_000);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: offered.hash });
});

test("kills from outside leave the budget for a configuration's own ends whole", () => {
  const world = appliedWorld("local");
  world.crash({ signal: "SIGKILL" });
  world.pass(2_000);
  world.crash();
  world.pass(2_000);
  expect(starts(world)).toEqual(["start 2", "start 2"]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: offered.hash });
});

test("what was taken back is not the good generation any more, from the moment on", () => {
  const world = appliedWorld("local");
  world.crash();
  world.pass(1_000);
  world.crash();
  const { good, previous, target } = world.state().config;
  expect({ good: good?.number, previous, target: target?.number }).toEqual({
    ...{ good: 1, previous: undefined, target: 1 },
  });
});
