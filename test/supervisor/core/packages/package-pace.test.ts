import fc from "fast-check";
import { expect, test } from "vitest";
import {
  heldOfferStep,
  isTooSoon,
  nextTrialAt,
  offerHeld,
  offerRead,
  paceAfterTrial,
  paceDeadlines,
} from "../../../../src/supervisor/core/packages/package-pace.ts";
import { initialState, withPackages } from "../../../../src/supervisor/core/state/state.ts";
import { uid } from "../../../helpers/core/core-samples.ts";
import { packageOffer } from "../../../helpers/core/packages.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

test("five offers are read at once, the next one ten seconds later", () => {
  let state = initialState(uid);
  for (let count = 0; count < 5; count += 1) {
    expect(isTooSoon(state, 1_000)).toBe(false);
    state = offerRead(state, 1_000);
  }
  expect(isTooSoon(state, 1_000)).toBe(true);
  const held = offerHeld(state, packageOffer("2.0.0"));
  expect(paceDeadlines(held)).toEqual([11_000]);
  expect(heldOfferStep(held, 10_999)).toBeUndefined();
  expect(heldOfferStep(held, 11_000)).toMatchObject({ do: "read-packages" });
});

test("ten trials of a binary are made at once, later ones a minute apart", () => {
  let state = initialState(uid);
  for (let count = 0; count < 10; count += 1) {
    expect(nextTrialAt(state)).toBeLessThanOrEqual(1_000);
    state = withPackages(state, { trialPace: paceAfterTrial(state, 1_000) });
  }
  expect(nextTrialAt(state)).toBe(61_000);
});

test("a server that offers versions in turns without end has the agent started anew some times and no more, and the newest wins", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("2.0.0", "3.0.0", "4.0.0"), { minLength: 300, maxLength: 300 }),
      fc.integer({ min: 5, max: 2_000 }),
      (versions, everyMs) => {
        const world = runningWorld();
        for (const version of versions) {
          world.post({ on: "packages-offered", offer: packageOffer(version) });
          world.pass(everyMs);
        }
        const starts = world.trace.filter((step) => step.startsWith("start")).length;
        const minutes = (versions.length * everyMs) / 60_000;
        expect(starts).toBeLessThanOrEqual(10 + Math.ceil(minutes));
        world.pass(200_000);
        expect(world.running()[0]?.path).toContain(versions.at(-1));
        expect(world.violations).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
});
