import { expect, test } from "vitest";
import { refusedOffer } from "../../../../src/supervisor/core/report/refused-offer.ts";
import { remoteOf } from "../../../helpers/core/core-samples.ts";
import { quarantinedWorld, runningWorld } from "../../../helpers/core/running-world.ts";

test("an offer is kept at the moment at which it fails, with the reason that the server gets", () => {
  const before = runningWorld().state();
  const after = quarantinedWorld().state();
  expect(refusedOffer(before, after)?.remote).toEqual(remoteOf("bad"));
  expect(refusedOffer(before, after)?.why).toContain("the agent exited");
  expect(refusedOffer(after, after)).toBeUndefined();
  expect(refusedOffer(before, before)).toBeUndefined();
});
