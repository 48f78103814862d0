import { expect, test } from "vitest";
import { atRest } from "../../../../src/supervisor/core/config/at-rest.ts";
import { packagedBinary } from "../../../../src/supervisor/core/state/packages.ts";
import { withConfig, withPackages } from "../../../../src/supervisor/core/state/state.ts";
import { remoteOf } from "../../../helpers/core/core-samples.ts";
import { installedPackage, offeredPackage } from "../../../helpers/core/packages.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

test("an agent that runs what is good is at rest, one with anything on its way is not", () => {
  const world = runningWorld();
  const state = world.state();
  expect(atRest(state)).toBe(true);
  expect(atRest(withConfig(state, { waiting: remoteOf("one") }))).toBe(false);
  const trying = packagedBinary(installedPackage(offeredPackage("2.0.0")), undefined);
  expect(atRest(withPackages(state, { trying }))).toBe(false);
  expect(atRest({ ...state, desired: { ...state.desired, run: "down" } })).toBe(false);
  world.post({ on: "config-offered", remote: remoteOf("one") });
  expect(atRest(world.state())).toBe(false);
  world.pass(1_000);
  expect(atRest(world.state())).toBe(true);
});
