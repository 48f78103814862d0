import { expect, test } from "vitest";
import { packageLost } from "../../../../src/supervisor/core/packages/package-lost.ts";
import { initialState, withConfig } from "../../../../src/supervisor/core/state/state.ts";
import {
  baseLayer,
  configText,
  policy,
  remoteOf,
  uid,
} from "../../../helpers/core/core-samples.ts";
import { packageOffer } from "../../../helpers/core/packages.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";
import { createWorld, type World } from "../../../helpers/core/world.ts";

const local = "/usr/bin/otelcol";
const two = "/state/packages/agent/2.0.0/otelcol";
const program = (world: World): string | undefined => world.running()[0]?.path;

/** Version 2.0.0 has run for long, and a configuration has been taken up since. */
function longUpgraded(): World {
  const world = runningWorld();
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0") });
  world.pass(400_000);
  world.post({ on: "config-offered", remote: remoteOf("later") });
  world.pass(400_000);
  expect(program(world)).toBe(two);
  return world;
}

/** Nothing has run yet. */
function neverGood(): World {
  return createWorld(withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }));
}

test("a version that somebody has removed gives way to the local one, and is fetched again", () => {
  const world = longUpgraded();
  world.forget();
  world.post({ on: "package-lost", executable: two });
  world.crash();
  world.pass(20);
  expect(program(world)).toBe(local);
  world.pass(10_000);
  expect(world.trace).toContain("fetch 2.0.0");
  expect(program(world)).toBe(two);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.violations).toEqual([]);
});

test("a file that is not the version in force is nobody's loss", () => {
  const state = longUpgraded().state();
  expect(packageLost(state, local, policy)).toBe(state);
  expect(packageLost(state, "/state/packages/agent/1.0.0/otelcol", policy)).toBe(state);
});

test("a collector that has never worked is healed by a version that does", () => {
  const world = neverGood();
  world.behave.diesAfterMs = (_text, path) => (path === local ? 10 : Infinity);
  world.post({ on: "supervisor-started" });
  world.pass(20_000);
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0") });
  world.pass(60_000);
  expect(program(world)).toBe(two);
  expect(world.state().packages.accepted?.path).toBe(two);
  expect(world.violations).toEqual([]);
});

test("a version that works no better leaves the collector that has never worked in its place", () => {
  const world = neverGood();
  world.behave.diesAfterMs = () => 10;
  world.post({ on: "supervisor-started" });
  world.pass(20_000);
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0") });
  world.pass(60_000);
  const { accepted, trying, failures } = world.state().packages;
  expect([accepted, trying]).toEqual([undefined, undefined]);
  expect(failures).toMatchObject([{ version: "2.0.0", ran: true }]);
  world.behave.diesAfterMs = () => Infinity;
  world.pass(120_000);
  expect(program(world)).toBe(local);
  expect(world.state().config.good?.binary.path).toBe(local);
  expect(world.violations).toEqual([]);
});
