import { test, expect } from "vitest";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import { uid, baseLayer, configText } from "../../../helpers/core/core-samples.ts";
import { type World, createWorld } from "../../../helpers/core/world.ts";

function runningWorld(): World {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(10_000);
  world.forget();
  return world;
}

test("a server that commands a restart with every answer gets one every ten seconds", () => {
  const world = runningWorld();
  world.forget();
  const begun = world.now();
  while (world.now() < begun + 60_000) {
    world.post({ on: "restart-commanded" });
    world.pass(100);
  }
  expect(world.trace.filter((step) => step === "start 1").length).toBeGreaterThanOrEqual(5);
  expect(world.trace.filter((step) => step === "start 1").length).toBeLessThanOrEqual(7);
  world.pass(20_000);
  expect(world.state().agent.process).toMatchObject({ at: "up" });
});

test("a command in the wait after a crash ends the wait", () => {
  const world = runningWorld();
  world.behave.diesAfterMs = () => 10;
  world.crash();
  world.pass(8_000);
  world.behave.diesAfterMs = () => Infinity;
  world.forget();
  world.post({ on: "restart-commanded" });
  world.pass(100);
  expect(world.trace).toEqual(["start 1"]);
});

test("no command restarts a supervisor that is stopping", () => {
  const world = runningWorld();
  world.post({ on: "stop-asked" });
  world.post({ on: "restart-commanded" });
  world.pass(60_000);
  expect(world.trace).toEqual(["stop"]);
});

test("a restart command stops and starts the agent on the same configuration", () => {
  const world = runningWorld();
  world.post({ on: "restart-commanded" });
  world.post({ on: "restart-commanded" });
  world.pass(1_000);
  expect(world.trace).toEqual(["stop", "start 1"]);
});
