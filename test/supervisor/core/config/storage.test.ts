import { expect, test } from "vitest";
import {
  refusedForStorage,
  storageFailed,
  storageWorks,
} from "../../../../src/supervisor/core/config/storage.ts";
import { policy, remoteOf } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

const full = { on: "storage-failed", why: "no space left" } as const;

test("an offer that nothing can be kept of is refused with the reason, and taken up when there is room", () => {
  const world = runningWorld();
  const before = world.state().config.target;
  world.post(full);
  world.post({ on: "config-offered", remote: remoteOf("next") });
  const { verdict } = world.state().config;
  expect(verdict).toMatchObject({ is: "failed", hash: remoteOf("next").hash });
  expect(verdict.is === "failed" && verdict.why).toContain("no space left");
  world.pass(60_000);
  expect(world.state().config.target).toBe(before);
  expect(world.state().agent.process.at).toBe("up");
  world.post({ on: "storage-works" });
  world.pass(60_000);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.violations).toEqual([]);
});

test("an offer on its way is refused when its beginning could not be recorded", () => {
  const world = runningWorld();
  world.behave.validationMs = 500;
  world.post({ on: "config-offered", remote: remoteOf("next") });
  world.post(full);
  expect(world.state().config).toMatchObject({ candidate: undefined, verdict: { is: "failed" } });
  world.pass(1_000);
  expect(world.state().config.verdict.is).toBe("failed");
});

test("what failed for another reason, or was replaced since, is not taken up again", () => {
  const world = runningWorld();
  world.post(full);
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.post({ on: "config-offered", remote: remoteOf("two") });
  world.post({ on: "storage-works" });
  world.pass(60_000);
  expect(world.state().config.target?.remote).toEqual(remoteOf("two"));
  const state = world.state();
  expect(storageWorks(state, world.now(), policy)).toBe(state);
});

test("the same trouble again changes nothing, and without trouble nothing is refused", () => {
  const world = runningWorld();
  expect(refusedForStorage(world.state(), remoteOf("next"))).toBeUndefined();
  const failed = storageFailed(world.state(), "why");
  expect(storageFailed(failed, "why")).toBe(failed);
  expect(failed.config).toBe(world.state().config);
});
