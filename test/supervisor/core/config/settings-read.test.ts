import { test, expect } from "vitest";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import { uid, baseLayer, configText, remoteOf } from "../../../helpers/core/core-samples.ts";
import { type World, createWorld } from "../../../helpers/core/world.ts";

const nothing = { newBinary: false, restartsAgent: false, lifts: false } as const;

function runningWorld(): World {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(10_000);
  world.forget();
  return world;
}

test("a local layer that says something else becomes a generation like any other", () => {
  const world = runningWorld();
  const local = [baseLayer(configText("other"))];
  world.post({ on: "settings-read", endpoint: "", ...nothing, local });
  world.pass(5_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
  expect(world.state().config.good?.config.text).toContain("nop/other");
});

test("one that the binary refuses changes nothing, and that is said", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "unknown type" : undefined);
  world.post({
    on: "settings-read",
    endpoint: "",
    ...nothing,
    local: [baseLayer(configText("bad"))],
  });
  world.pass(5_000);
  expect(world.trace).toEqual(["validate 2"]);
  expect(world.state().config.problem).toContain("unknown type");
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});

test("settings that only a restart brings to the agent restart it once", () => {
  const world = runningWorld();
  const { local } = world.state().config;
  world.post({ on: "settings-read", endpoint: "", ...nothing, local, restartsAgent: true });
  world.pass(5_000);
  expect(world.trace).toEqual(["stop", "start 1"]);
});

test("another binary is asked who it is before anything is made for it", () => {
  const world = runningWorld();
  const { local } = world.state().config;
  world.post({
    on: "settings-read",
    endpoint: "",
    local,
    newBinary: true,
    restartsAgent: true,
    lifts: true,
  });
  world.pass(5_000);
  expect(world.trace).toEqual(["stop", "identify", "start 1"]);
  expect(world.state().identity.binary).toBeDefined();
});

test("an offer that failed is tried again when what it failed on may have changed", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "unknown type" : undefined);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(5_000);
  expect(world.state().config.verdict.is).toBe("failed");
  world.behave.refuses = () => undefined;
  const { local } = world.state().config;
  world.post({ on: "settings-read", endpoint: "", ...nothing, local });
  world.pass(5_000);
  expect(world.state().config.verdict.is).toBe("failed");
  world.post({ on: "settings-read", endpoint: "", ...nothing, local, lifts: true });
  world.pass(5_000);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("bad").hash });
});
