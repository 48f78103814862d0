import { test, expect } from "vitest";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import { remoteOf, uid, baseLayer, configText } from "../../../helpers/core-samples.ts";
import { runningWorld } from "../../../helpers/running-world.ts";
import { createWorld } from "../../../helpers/world.ts";

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

test("an exit soon after APPLIED takes verdict and configuration back", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(10_000);
  expect(world.state().config.verdict.is).toBe("applied");
  world.crash();
  world.pass(1_000);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash: remoteOf("one").hash });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
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
