import { expect, test } from "vitest";
import { rolloutSeen } from "../../../../src/supervisor/core/fleet/rollout.ts";
import { policy } from "../../../helpers/core/core-samples.ts";
import { health, offer, running, settled, verdict } from "../../../helpers/core/fleet-scene.ts";

test("an offer is applied when all pods have it and have been well for a while, and is counted until then", () => {
  const world = settled();
  offer(world, "one");
  world.pass(4_000);
  expect(verdict(world)).toMatchObject({
    is: "applying",
    note: expect.stringMatching(/[12] of 3 pods/) as string,
  });
  expect(health(world)).toMatchObject({ healthy: true });
  world.pass(10_000);
  expect(running(world, "one")).toBe(3);
  expect(verdict(world).is).toBe("applying");
  world.pass(15_000);
  expect(verdict(world).is).toBe("applied");
});

test("an offer whose pods end costs one pod at most and is gone back from", () => {
  const world = settled({ crashes: (text) => text.includes("nop/bad") });
  offer(world, "bad");
  let fewest = 3;
  for (let second = 0; second < 60; second += 1) {
    world.pass(1_000);
    fewest = Math.min(fewest, world.running().filter(({ ready }) => ready).length);
  }
  expect(fewest).toBe(2);
  expect(world.trace).toEqual(["roll out 2", "roll out 1"]);
  expect(verdict(world)).toMatchObject({
    is: "failed",
    why: expect.stringMatching(
      /pod pod-\d+: the collector ended with exit code 1\ncannot bind/,
    ) as string,
  });
  expect(running(world, "base")).toBe(3);
  expect(health(world)).toMatchObject({ healthy: true, status: "running" });
});

test("pods that end after the rollout is complete cost it the verdict", () => {
  const world = settled();
  offer(world, "late");
  world.pass(12_000);
  expect(running(world, "late")).toBe(3);
  world.cluster.crashes = (text) => text.includes("nop/late");
  world.pass(60_000);
  expect(verdict(world).is).toBe("failed");
  expect(running(world, "base")).toBe(3);
});

test("a rollout that does not get on fails after the progress deadline, and not before", () => {
  const world = settled({ hangs: (text) => text.includes("nop/slow") });
  offer(world, "slow");
  world.pass(590_000);
  expect(verdict(world).is).toBe("applying");
  world.pass(60_000);
  expect(verdict(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("has not got on for 600 s") as string,
  });
  expect(running(world, "base")).toBe(3);
});

test("what may not be rolled out is refused with the reason, and the fleet goes on", () => {
  const world = settled();
  world.cluster.refuses = "deployment/otel is kept by Argo CD";
  offer(world, "one");
  world.pass(60_000);
  expect(verdict(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("kept by Argo CD") as string,
  });
  expect(running(world, "base")).toBe(3);
  expect(health(world)).toMatchObject({ healthy: false });
  world.cluster.refuses = undefined;
  world.pass(60_000);
  expect(health(world)).toMatchObject({ healthy: true, status: "running" });
});

test("pods that run what somebody else wrote over ours prove nothing of ours, however well they are", () => {
  const world = settled({ hangs: (text) => text.includes("nop/one") });
  offer(world, "one");
  world.pass(4_000);
  const state = world.state();
  const { process: agent, fleet } = state.agent;
  if (agent.at !== "reloading" || fleet?.view === undefined) throw new Error("expected a rollout");
  const all = { updated: 3, available: 3, total: 3, pods: [], observed: true };
  const view = { ...fleet.view, ...all, hash: "somebody else's" };
  const after = rolloutSeen(state, agent, view, fleet.changedAt, policy).agent.process;
  expect(after).toMatchObject({ at: "up", healthySince: undefined });
});
