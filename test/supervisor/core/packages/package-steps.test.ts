import { expect, test } from "vitest";
import {
  neededDirectories,
  packageDeadlines,
  packageStep,
} from "../../../../src/supervisor/core/packages/package-steps.ts";
import { withPackages } from "../../../../src/supervisor/core/state/state.ts";
import { offeredPackage, packageOffer } from "../../../helpers/core/packages.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

test("one is fetched at a time, and nothing while the storage directory cannot be written", () => {
  const world = runningWorld();
  const addon = offeredPackage("9", { name: "rules", kind: "addon" });
  const state = withPackages(world.state(), { offer: packageOffer("2.0.0", [addon]) });
  expect(packageStep(state, 0)).toMatchObject({ do: "fetch-package", offered: { name: "" } });
  const full = { ...state, storage: { ...state.storage, problem: "full" } };
  expect(packageStep(full, 0)).toBeUndefined();
  const stopping = { ...state, desired: { ...state.desired, run: "down" as const } };
  expect(packageStep(stopping, 0)).toBeUndefined();
});

test("what runs, what may be gone back to and what is half fetched survives a sweep", () => {
  const world = runningWorld();
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0") });
  world.pass(1_000);
  world.post({ on: "packages-offered", offer: packageOffer("3.0.0") });
  world.pass(1_000);
  const needed = neededDirectories(world.state());
  expect(needed).toEqual(["/state/packages/agent/2.0.0", "/state/packages/agent/3.0.0"]);
  expect(packageDeadlines(world.state())).toEqual([world.state().packages.former?.until]);
  const unswept = withPackages(world.state(), { unswept: true });
  expect(packageStep(unswept, world.now())).toEqual({
    do: "sweep-packages",
    keep: needed,
    wanted: [],
  });
});
