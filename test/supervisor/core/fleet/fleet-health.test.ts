import { expect, test } from "vitest";
import { health, running, settled, startState } from "../../../helpers/core/fleet-scene.ts";
import { createFleetWorld } from "../../../helpers/core/fleet-world.ts";

test("the local configuration is rolled out to a workload that has none of ours", () => {
  const world = createFleetWorld(startState());
  world.pass(60_000);
  expect(world.trace).toEqual(["roll out 1"]);
  expect(running(world, "base")).toBe(3);
  expect(health(world)).toMatchObject({ healthy: true, status: "running" });
  expect([...(health(world)?.componentHealthMap?.keys() ?? [])]).toHaveLength(3);
});

test("an absence of a moment is nobody's concern", () => {
  const world = settled();
  world.cluster.away = "connection reset";
  world.pass(2_500);
  expect(health(world)).toMatchObject({ healthy: true, status: "running" });
  world.cluster.away = undefined;
  world.pass(5_000);
  expect(health(world)).toMatchObject({ healthy: true, status: "running" });
});
