import { expect, test } from "vitest";
import { byTime } from "../../../src/supervisor/core/by-time.ts";
import { policy, remoteOf } from "../../helpers/core/core-samples.ts";
import { runningWorld } from "../../helpers/core/running-world.ts";

test("time alone ends a probation, not a moment too early", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  const { probation } = world.state().config;
  const until = probation?.until ?? 0;
  expect(byTime(world.state(), until - 1, policy).config.probation).toBe(probation);
  expect(byTime(world.state(), until, policy).config.probation).toBeUndefined();
});
