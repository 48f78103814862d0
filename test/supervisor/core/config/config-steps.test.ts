import { test, expect } from "vitest";
import {
  configStep,
  configDeadlines,
  trialDeadlines,
} from "../../../../src/supervisor/core/config/config-steps.ts";
import { attachedAgent } from "../../../../src/supervisor/core/state/core-settings.ts";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import {
  uid,
  baseLayer,
  configText,
  remoteOf,
  policy,
} from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";
import { createWorld } from "../../../helpers/core/world.ts";

test("an offer that comes before the first configuration is proven waits for it", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.behave.diesAfterMs = (text) => (text.includes("nop/bad") ? 30 : Infinity);
  world.pass(70);
  expect(world.state().agent.process.at).toBe("up");
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(2_000);
  expect(world.state().config.good?.number).toBe(1);
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
  expect(world.state().config.verdict).toMatchObject({ is: "failed" });
});

test("an offer does not wait for a first configuration that does not get up", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.behave.healthyAfterMs = (text) => (text.includes("nop/cure") ? 40 : Infinity);
  world.pass(1_000);
  world.post({ on: "config-offered", remote: remoteOf("cure") });
  world.pass(4_000);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("cure").hash });
});

test("when the supervisor stops, only an agent that outlives it gets its file", () => {
  const world = runningWorld();
  const desired = { ...world.state().desired, run: "down" as const };
  const unwritten = { ...withConfig(world.state(), { onDisk: undefined }), desired };
  const attached = { ...policy, kind: attachedAgent(false) };
  expect(configStep(unwritten, world.now(), policy)).toBeUndefined();
  expect(configStep(unwritten, world.now(), attached)).toMatchObject({
    do: "write-config",
    generation: { number: 1 },
  });
  expect(configDeadlines(unwritten)).toEqual([]);
});

test("a trial is looked at when it has settled, when it drags on and when it is lost", () => {
  const world = runningWorld();
  expect(trialDeadlines(initialState(uid), policy)).toEqual([]);
  world.behave.healthyAfterMs = () => Infinity;
  world.post({ on: "config-offered", remote: remoteOf("slow") });
  world.pass(100);
  const startedAt = world.state().config.trial?.startedAt ?? 0;
  expect(trialDeadlines(world.state(), policy)).toEqual([
    startedAt + 60_000,
    startedAt + policy.applyTimeoutMs,
  ]);
});

test("nothing is written again before its time after a write that failed", () => {
  const world = runningWorld();
  const { target } = world.state().config;
  const unwritten = withConfig(world.state(), { onDisk: undefined, notBefore: world.now() + 1 });
  expect(configStep(unwritten, world.now(), policy)).toBeUndefined();
  expect(configStep(unwritten, world.now() + 1, policy)).toEqual({
    ...{ do: "write-config", generation: target },
  });
});
