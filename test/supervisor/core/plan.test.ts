import { test, expect } from "vitest";
import { plan } from "../../../src/supervisor/core/plan.ts";
import { withConfig, initialState } from "../../../src/supervisor/core/state/state.ts";
import { uid, baseLayer, configText, remoteOf, policy } from "../../helpers/core/core-samples.ts";
import { runningWorld } from "../../helpers/core/running-world.ts";
import { createWorld } from "../../helpers/core/world.ts";

test("the first start asks the binary who it is, validates, writes and starts", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(1_000);
  expect(world.trace).toEqual(["identify", "validate 1", "write 1", "start 1"]);
  expect(world.state().agent.process.at).toBe("up");
  expect(world.state().config.good?.number).toBe(1);
});

test("without any configuration the agent idles and is healthy, unvalidated because it is our own text", () => {
  const world = createWorld();
  world.pass(1_000);
  expect(world.trace).toEqual(["identify", "write 1", "start 1"]);
  expect(world.state().config.target?.config.parked).toBe(true);
});

test("an offer is validated and written before the running agent is stopped", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  expect(world.state().config.verdict).toMatchObject({ is: "applying" });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("one").hash });
});

test("stopping sends SIGTERM once, then nothing is planned any more", () => {
  const world = runningWorld();
  world.post({ on: "stop-asked" });
  world.pass(60_000);
  expect(world.trace).toEqual(["stop"]);
  expect(world.state().agent.process.at).toBe("down");
  expect(plan(world.state(), world.now(), policy)).toEqual({ step: undefined, wakeAt: Infinity });
});

test("stopping in the middle of an apply ends everything and starts nothing", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(17);
  world.post({ on: "stop-asked" });
  world.pass(60_000);
  expect(world.running()).toEqual([]);
  expect(world.trace.filter((step) => step.startsWith("start"))).toEqual([]);
});

test("a plan does not change the state, and the same state gives the same plan", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.post({ on: "config-offered", remote: remoteOf("one") });
  const first = plan(world.state(), world.now(), policy);
  expect(plan(world.state(), world.now(), policy)).toEqual(first);
});
