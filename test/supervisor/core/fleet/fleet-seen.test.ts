import { expect, test } from "vitest";
import {
  fromDisk,
  health,
  offer,
  running,
  settled,
  startState,
  verdict,
} from "../../../helpers/core/fleet-scene.ts";

test("while Kubernetes is away nothing is judged, the server is told, and no time passes for the rollout", () => {
  const world = settled({ hangs: (text) => text.includes("nop/slow") });
  offer(world, "slow");
  world.pass(500_000);
  world.cluster.away = "connect ECONNREFUSED";
  world.pass(400_000);
  expect(verdict(world)).toMatchObject({
    is: "applying",
    note: "waiting for Kubernetes: connect ECONNREFUSED",
  });
  expect(health(world)).toMatchObject({ healthy: false, status: "unknown" });
  world.cluster.away = undefined;
  world.pass(500_000);
  expect(verdict(world).is).toBe("applying");
  world.pass(200_000);
  expect(verdict(world).is).toBe("failed");
});

test("what somebody else writes over ours is told, and written again after a while", () => {
  const world = settled();
  world.overwrite("other");
  world.pass(20_000);
  expect(health(world)?.healthy).toBe(false);
  expect(world.trace).toEqual([]);
  world.pass(60_000);
  expect(world.trace).toEqual(["roll out 1"]);
  expect(running(world, "base")).toBe(3);
});

test("a workload without pods proves nothing", () => {
  const world = settled();
  world.cluster.wanted = 0;
  world.pass(5_000);
  offer(world, "one");
  world.pass(1_200_000);
  expect(verdict(world)).toMatchObject({
    is: "applying",
    note: expect.stringContaining("no pods") as string,
  });
  world.cluster.wanted = 3;
  world.pass(60_000);
  expect(verdict(world).is).toBe("applied");
});

test("a supervisor that comes back finds what it left, and rolls nothing out", () => {
  const world = settled();
  offer(world, "one");
  world.pass(60_000);
  world.trace.splice(0);
  world.restartSupervisor(fromDisk(world));
  world.pass(60_000);
  expect(world.trace).toEqual([]);
  expect(verdict(world).is).toBe("applied");
  expect(health(world)).toMatchObject({ healthy: true, status: "running" });
});

test("a supervisor that was killed in the middle of a rollout goes back, and says so", () => {
  const world = settled();
  offer(world, "one");
  world.pass(3_000);
  world.restartSupervisor(fromDisk(world));
  world.pass(60_000);
  expect(verdict(world).is).toBe("failed");
  expect(running(world, "base")).toBe(3);
});

test("a supervisor without memory leaves what another one rolled out until the server had its say", () => {
  const world = settled();
  offer(world, "one");
  world.pass(60_000);
  world.trace.splice(0);
  world.restartSupervisor(startState());
  world.pass(2_000);
  expect(world.trace).toEqual([]);
  offer(world, "one");
  world.pass(60_000);
  expect(running(world, "one")).toBe(3);
  expect(verdict(world).is).toBe("applied");
});
