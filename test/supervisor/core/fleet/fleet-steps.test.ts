import { expect, test } from "vitest";
import { health, offer, settled, verdict } from "../../../helpers/core/fleet-scene.ts";

test("a fix overtakes what it is to mend", () => {
  const world = settled({ hangs: (text) => text.includes("nop/slow") });
  offer(world, "slow");
  world.pass(60_000);
  offer(world, "fix");
  world.pass(60_000);
  expect(verdict(world)).toMatchObject({ is: "applied" });
  expect(world.trace).toEqual(["roll out 2", "roll out 3"]);
});

test("an offer that comes while Kubernetes is away is rolled out when it is back", () => {
  const world = settled();
  world.cluster.away = "connect ECONNREFUSED";
  world.pass(10_000);
  offer(world, "one");
  world.pass(60_000);
  expect(verdict(world).is).toBe("applying");
  world.cluster.away = undefined;
  world.pass(60_000);
  expect(verdict(world).is).toBe("applied");
});

test("a restart replaces the pods once", () => {
  const world = settled();
  world.post({ on: "restart-commanded" });
  world.pass(60_000);
  expect(world.trace).toEqual(["restart 1"]);
  expect(health(world)).toMatchObject({ healthy: true, status: "running" });
});
