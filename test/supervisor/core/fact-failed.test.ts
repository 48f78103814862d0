import { test, expect } from "vitest";
import { factFailed } from "../../../src/supervisor/core/fact-failed.ts";
import { reduce } from "../../../src/supervisor/core/reduce.ts";
import { policy, remoteOf } from "../../helpers/core/core-samples.ts";
import { opampOffer, settingsOffer } from "../../helpers/core/offers.ts";
import { runningWorld } from "../../helpers/core/running-world.ts";

test("an offer that cannot be worked out has failed, what runs goes on, and the same again changes nothing", () => {
  const world = runningWorld();
  const before = world.state();
  const remote = remoteOf("one");
  const fact = { on: "config-offered", remote } as const;
  const after = factFailed(before, { on: "fact-failed", fact, why: "too deep", at: 1 });
  expect(after.config.verdict).toMatchObject({ is: "failed", hash: remote.hash });
  expect(after.config.target).toBe(before.config.target);
  expect(after.agent).toBe(before.agent);
  expect(reduce(after, { ...fact, at: 2 }, policy)).toBe(after);
});

test("an offer of connections that cannot be worked out has failed", () => {
  const before = runningWorld().state();
  const offer = settingsOffer("deep", { opamp: opampOffer({}) });
  const fact = { on: "settings-offered", offer } as const;
  const after = factFailed(before, { on: "fact-failed", fact, why: "too deep", at: 1 });
  expect(after.connections.status).toMatchObject({ is: "failed", hash: offer.hash });
  expect(after.connections.server).toBe(before.connections.server);
  expect(reduce(after, { ...fact, at: 2 }, policy).connections.status).toBe(
    after.connections.status,
  );
});

test("a fact of another kind gives up what waited, else it changes nothing", () => {
  const world = runningWorld();
  const state = world.state();
  const failed = { on: "fact-failed", fact: { on: "ticked" }, why: "x", at: 1 } as const;
  expect(factFailed(state, failed)).toBe(state);
  world.behave.validationMs = 60_000;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  expect(world.state().config.candidate).toBeDefined();
  const after = factFailed(world.state(), failed);
  expect(after.config.candidate).toBeUndefined();
  expect(after.config.verdict).toMatchObject({ is: "failed" });
});
