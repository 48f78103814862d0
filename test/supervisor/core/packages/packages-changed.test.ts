import { expect, test } from "vitest";
import {
  isOfPackages,
  packagesChanged,
  packagesRetried,
} from "../../../../src/supervisor/core/packages/packages-changed.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { policy, uid } from "../../../helpers/core/core-samples.ts";
import { offeredPackage, packageOffer } from "../../../helpers/core/packages.ts";

test("facts about packages are told from others by their name", () => {
  expect(isOfPackages({ on: "package-pinned", pinned: true, at: 0 })).toBe(true);
  expect(isOfPackages({ on: "ticked", at: 0 })).toBe(false);
});

test("a person keeps what runs and lets go of it again; a retry forgets what failed", () => {
  const start = initialState(uid);
  const pinned = packagesChanged(start, { on: "package-pinned", pinned: true, at: 0 }, policy);
  expect(pinned.packages.pinned).toBe(true);
  expect(packagesChanged(pinned, { on: "package-pinned", pinned: true, at: 0 }, policy)).toBe(
    pinned,
  );
  const offered = packagesChanged(
    start,
    { on: "packages-offered", offer: packageOffer("2.0.0"), at: 0 },
    policy,
  );
  expect(packagesRetried(offered)).toBe(offered);
  // Nobody asked for it any more: it says nothing.
  const late = { on: "package-refused", offered: offeredPackage("2.0.0"), why: "x" } as const;
  expect(packagesChanged(offered, { ...late, retryAfterMs: 0, at: 0 }, policy)).toBe(offered);
});
