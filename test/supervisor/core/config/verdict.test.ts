import { test, expect } from "vitest";
import { owed, answeredFailed } from "../../../../src/supervisor/core/config/verdict.ts";
import {
  withConfig,
  initialState,
  type State,
} from "../../../../src/supervisor/core/state/state.ts";
import { remoteOf, uid } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";
import { createWorld } from "../../../helpers/core/world.ts";

test("a hash that the server reuses for something that is refused stays failed", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "no" : undefined);
  const { hash } = remoteOf("one");
  world.post({ on: "config-offered", remote: { ...remoteOf("bad"), hash } });
  world.pass(10_000);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash });
  expect(world.state().config.target?.number).toBe(2);
});

test("a verdict is owed on the offer that is being tried, under its own hash", () => {
  const one = remoteOf("one");
  const tried = withConfig(initialState(uid), {
    verdict: { is: "applying", hash: one.hash, note: "" },
  });
  expect(owed(tried, one)).toBe(true);
  expect(owed(tried, remoteOf("two"))).toBe(false);
  expect(owed(tried, undefined)).toBe(false);
  const applied = withConfig(tried, { verdict: { is: "applied", hash: one.hash } });
  expect(owed(applied, one)).toBe(false);
});

test("a failure is told with what runs instead, and its offer is kept", () => {
  const bad = remoteOf("bad");
  const whyIn = (state: State): string | undefined => {
    const tried = withConfig(state, { verdict: { is: "applying", hash: bad.hash, note: "" } });
    const { verdict, failed } = answeredFailed(tried, bad, "no").config;
    expect(failed).toBe(bad);
    return verdict.is === "failed" ? verdict.why : undefined;
  };
  expect(whyIn(initialState(uid))).toBe("no\nNo configuration has been good before.");
  expect(whyIn(runningWorld().state())).toBe(
    "no\nGeneration 1, the last good configuration, stays in force.",
  );
  const parked = createWorld();
  parked.pass(1_000);
  expect(whyIn(parked.state())).toBe("no\nThe agent idles: no earlier configuration was good.");
});

test("a server that has offered nothing is told nothing", () => {
  const { verdict } = answeredFailed(initialState(uid), undefined, "no").config;
  expect(verdict).toEqual({ is: "unset" });
});
