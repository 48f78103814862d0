import fc from "fast-check";
import { test, expect } from "vitest";
import { remoteOf } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

test("a new configuration is taken up by SIGHUP, proved by a new beginning, without a restart", () => {
  const world = runningWorld({ reload: "auto" });
  const before = world.state().agent.process;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(700);
  expect(world.trace).toEqual(["validate 2", "write 2", "reload 2"]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("one").hash });
  const agent = world.state().agent.process;
  expect(agent).toMatchObject({ at: "up", generation: { number: 2 } });
  expect(agent.at === "up" && before.at === "up" && agent.run === before.run).toBe(true);
});

test("an answer of the old configuration is no proof of a reload", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.reloadMs = 3_000;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(2_000);
  expect(world.state().agent.process.at).toBe("reloading");
  expect(world.state().config.verdict.is).toBe("applying");
  world.pass(2_000);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("an agent that takes long to take up a configuration is asked ever more seldom", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.reloadMs = 3_000;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  const asked = new Set<number>();
  const askedWithin = (durationMs: number): number => {
    for (let passed = 0; passed < durationMs; passed += 1) {
      world.pass(1);
      const agent = world.state().agent.process;
      if (agent.at === "reloading") asked.add(agent.probe.dueAt);
    }
    return asked.size;
  };
  expect(askedWithin(200)).toBeGreaterThan(10);
  expect(askedWithin(2_800)).toBeLessThan(100);
});

test("an agent that dies of a reload is started on the good configuration", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.diesAfterMs = (text) => (text.includes("nop/bad") ? 0 : Infinity);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(300);
  expect(world.trace).toEqual(["validate 2", "write 2", "reload 2", "write 1", "start 1"]);
  expect(world.state().config.verdict).toMatchObject({ is: "failed" });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});

test("a configuration that takes long to be taken up by SIGHUP is waited for, without a restart", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.healthyAfterMs = (text) => (text.includes("nop/slow") ? 20_000 : 40);
  world.post({ on: "config-offered", remote: remoteOf("slow") });
  world.pass(30_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "reload 2"]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("slow").hash });
});

test("one that is never up after a SIGHUP is rolled back by a restart", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.healthyAfterMs = (text) => (text.includes("nop/never") ? Infinity : 40);
  world.post({ on: "config-offered", remote: remoteOf("never") });
  world.pass(70_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "reload 2", "stop", "write 1", "start 1"]);
  expect(world.state().config.verdict).toMatchObject({
    is: "failed",
    hash: remoteOf("never").hash,
    why: expect.stringMatching(/after its start; its health check: /) as string,
  });
});

test.each([
  ["the signal itself", { signal: "SIGHUP" }],
  ["a shell that says so by its exit code", { code: 129 }],
])("a script that ends by %s at a reload costs the configuration nothing", (_how, exit) => {
  const world = runningWorld({ reload: "auto" });
  world.behave.reloadMs = Infinity;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(100);
  expect(world.state().agent.process.at).toBe("reloading");
  world.crash(exit);
  world.pass(2_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "reload 2", "start 2"]);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("an agent whose answers name no beginning before the change is restarted at once", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.tellsUpSince = false;
  world.pass(20_000);
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("one whose answers name none any more with the change is restarted as soon as that is seen", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.tellsUpSince = (text) => !text.includes("nop/body");
  world.behave.healthyAfterMs = () => 3_000;
  world.pass(20_000);
  world.post({ on: "config-offered", remote: remoteOf("body") });
  world.pass(3_200);
  expect(world.trace).toEqual(["validate 2", "write 2", "reload 2", "stop", "start 2"]);
  world.pass(4_000);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("whatever a good configuration's answers name, it is applied and never failed", () => {
  const shape = fc.constantFrom<boolean | number>(true, false, 0, 999_999, 1_000_100, 5_000_000);
  const pace = fc.record({
    healthyAfterMs: fc.integer({ min: 0, max: 45_000 }),
    reloadMs: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 14_000 })),
    drainMs: fc.integer({ min: 0, max: 9_000 }),
  });
  fc.assert(
    fc.property(shape, shape, pace, (before, after, { healthyAfterMs, reloadMs, drainMs }) => {
      const world = runningWorld({ reload: "auto" });
      const told = (text: string): boolean | number => (text.includes("nop/one") ? after : before);
      world.behave.tellsUpSince = told;
      world.behave.reloadMs = reloadMs;
      world.behave.drainMs = drainMs;
      world.behave.healthyAfterMs = (text) => (text.includes("nop/one") ? healthyAfterMs : 40);
      world.pass(20_000);
      world.post({ on: "config-offered", remote: remoteOf("one") });
      world.pass(180_000);
      expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("one").hash });
      expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 2 } });
      expect(world.violations).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
