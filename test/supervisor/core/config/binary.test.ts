import { test, expect } from "vitest";
import { withBinary } from "../../../../src/supervisor/core/config/binary.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { remoteOf, uid } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

const other = { path: "/opt/otelcol", facts: undefined };

test("every configuration that may be run is for the other binary, and stays what it is", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  world.post({ on: "config-offered", remote: remoteOf("two") });
  const before = world.state();
  const { target, good, previous, candidate } = withBinary(before, other).config;
  expect(target).toEqual({ ...before.config.target, binary: other });
  expect(previous).toEqual({ ...before.config.previous, binary: other });
  expect(candidate).toEqual({ ...before.config.candidate, binary: other });
  expect(good).toBe(target);
});

test("where the target is not the good one, they stay two", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(100);
  expect(withBinary(world.state(), other).config).toMatchObject({
    target: { number: 2, binary: other },
    good: { number: 1, binary: other },
  });
});

test("where there is no configuration none is made", () => {
  expect(withBinary(initialState(uid), other)).toEqual(initialState(uid));
});
