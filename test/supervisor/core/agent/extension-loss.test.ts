import { test, expect } from "vitest";
import { binary } from "../../../helpers/core/core-samples.ts";
import {
  description,
  health,
  healthyWithExtension as healthy,
  sick,
} from "../../../helpers/core/extension-world.ts";
import type { World } from "../../../helpers/core/world.ts";

function asked(world: World): boolean {
  const { process } = world.state().agent;
  return "probe" in process && process.probe.asked;
}

test("the end of its connection says nothing before the end of the agent or a later answer of its health check", () => {
  const { world, say, told, run } = healthy();
  say({ description, health, capabilities: ["org.a"] });
  const before = told();
  world.post({ on: "extension-lost", run: run() });
  expect(told()).toEqual(before);
  world.pass(900);
  expect(told()).toEqual(before);
  world.crash({ signal: "SIGKILL" });
  expect(told().health).toMatchObject({ healthy: false, status: "restarting" });
  expect(told().health?.componentHealthMap).toBeUndefined();
});

test("after the end of its connection the agent is asked within a second, and an answer from before does not count", () => {
  const { world, say, told, run } = healthy();
  say({ description, health });
  const before = told();
  world.pass(5_000 - 460);
  while (!asked(world)) world.pass(1);
  world.post({ on: "extension-lost", run: run() });
  world.pass(10);
  expect(asked(world)).toBe(false);
  expect(told()).toEqual(before);
  world.pass(1_100);
  expect(told().health?.componentHealthMap).toBeUndefined();
});

test("without a health check the end of its connection tells after some seconds of life", () => {
  const { world, say, told, run } = healthy(true, { ...binary, hasHealthCheck: false });
  expect(world.state().config.target?.config.probe).toBeUndefined();
  say({ description, health });
  const before = told();
  world.post({ on: "extension-lost", run: run() });
  world.pass(4_000);
  expect(told()).toEqual(before);
  world.pass(2_000);
  expect(told().health?.componentHealthMap).toBeUndefined();
});

test("one that connects again before that goes on with what it says now", () => {
  const { world, say, told, run } = healthy();
  say({ description, health });
  world.post({ on: "extension-lost", run: run() });
  world.post({ on: "extension-connected", run: run() });
  say({
    description,
    health: { healthy: true, componentHealthMap: new Map([["extensions", sick]]) },
  });
  world.pass(10_000);
  expect([...(told().health?.componentHealthMap?.keys() ?? [])]).toContain("extensions");
});
