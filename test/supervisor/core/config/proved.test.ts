import { test, expect } from "vitest";
import { targetProved } from "../../../../src/supervisor/core/config/proved.ts";
import { initialState, withConfig } from "../../../../src/supervisor/core/state/state.ts";
import { remoteOf, uid, policy } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

test("applied is said only after the agent was healthy for the settle time", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(500);
  expect(world.state().agent.process.at).toBe("up");
  expect(world.state().config.verdict.is).toBe("applying");
  world.pass(200);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("without a target nothing is proved", () => {
  const state = initialState(uid);
  expect(targetProved(state, 1, policy)).toBe(state);
});

test("the first good generation has none before it and no probation; the next one has both", () => {
  const world = runningWorld();
  expect(world.state().config).toMatchObject({ previous: undefined, probation: undefined });
  const first = world.state().config.good;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(100);
  const trying = world.state();
  expect(trying.config.trial).toBeDefined();
  const proved = targetProved(trying, 5_000_000, policy).config;
  expect(proved.trial).toBeUndefined();
  expect(proved.good).toBe(trying.config.target);
  expect(proved.previous).toBe(first);
  expect(proved.probation).toMatchObject({ generation: 2, until: 5_000_000 + policy.probationMs });
});

test("what is proved is said only of the offer that the server waits for", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(100);
  const { hash } = remoteOf("one");
  expect(targetProved(world.state(), 5_000_000, policy).config.verdict).toEqual({
    is: "applied",
    hash,
  });
  const verdict = { is: "applying", hash: "another", note: "" } as const;
  const overtaken = withConfig(world.state(), { verdict });
  expect(targetProved(overtaken, 5_000_000, policy).config.verdict).toBe(verdict);
});
