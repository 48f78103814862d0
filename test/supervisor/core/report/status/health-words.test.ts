import { expect, test } from "vitest";
import {
  healthOf,
  type Health,
} from "../../../../../src/supervisor/core/report/status/health-words.ts";
import { initialState } from "../../../../../src/supervisor/core/state/state.ts";
import { policy, remoteOf, uid } from "../../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../../helpers/core/running-world.ts";
import { momentOf } from "../../../../helpers/core/status.ts";
import { createWorld, type World } from "../../../../helpers/core/world.ts";

const health = (world: World): Health => healthOf(world.state(), policy, momentOf(world));

test("an agent on its way is starting, one that answers is healthy", () => {
  const world = createWorld(initialState(uid), { healthyAfterMs: () => 1_000 });
  world.pass(500);
  expect(health(world).word).toBe("starting");
  world.pass(60_000);
  expect(health(world).word).toBe("parked");
  expect(health(runningWorld()).word).toBe("healthy");
});

test("an agent that ends again and again fails between its starts, and is not well right after them", () => {
  const world = runningWorld();
  for (let ends = 0; ends < 4; ends += 1) {
    world.pass(30_000);
    world.crash();
  }
  expect(health(world)).toMatchObject({
    word: "failing",
    reason: expect.stringContaining("exited with code 2") as string,
  });
  expect(Date.parse(health(world).nextStartAt ?? "")).toBeGreaterThan(world.now());
  world.pass(30_000);
  expect(health(world).word).toBe("degraded");
  expect(health(world).reason).toMatch(/it ended \d times in a row/);
  world.pass(90_000);
  expect(health(world)).toEqual({ word: "healthy", reason: null, nextStartAt: null });
});

test("an agent that runs while nothing can be kept is degraded", () => {
  const world = runningWorld();
  world.post({ on: "storage-failed", why: "the disk is full" });
  expect(health(world)).toMatchObject({ word: "degraded", reason: "the disk is full" });
});

test("an agent that nobody can start fails with the reason", () => {
  const world = createWorld(initialState(uid), { identifyFails: true });
  world.pass(1_000);
  expect(health(world).word).toBe("failing");
  expect(health(world).reason).not.toBeNull();
});

test("an offer that failed does not make the agent ill, and the end of the supervisor is no failure", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: { ...remoteOf("x"), problem: "not UTF-8" } });
  expect(health(world).word).toBe("healthy");
  world.post({ on: "stop-asked" });
  expect(health(world).word).toBe("stopping");
});
