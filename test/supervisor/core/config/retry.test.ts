import { test, expect } from "vitest";
import { reduce } from "../../../../src/supervisor/core/reduce.ts";
import type { State } from "../../../../src/supervisor/core/state/state.ts";
import { policy, remoteOf } from "../../../helpers/core/core-samples.ts";
import { quarantinedWorld, retry, runningWorld } from "../../../helpers/core/running-world.ts";
import type { World } from "../../../helpers/core/world.ts";

const reduceRetry = (world: World): State =>
  reduce(world.state(), { on: "retry-asked", at: world.now() }, policy);

test("an offer in quarantine is tried again at once, and applied when its cause is gone", () => {
  const world = quarantinedWorld();
  world.behave.diesAfterMs = () => Infinity;
  expect(retry(world)).toBe(
    `remote configuration ${remoteOf("bad").hash} had failed and is being tried again; the log says how it ends`,
  );
  expect(world.state().config.verdict).toEqual({
    is: "applying",
    hash: remoteOf("bad").hash,
    note: "",
  });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 3", "write 3", "stop", "start 3"]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("bad").hash });
  expect(world.state().config.failed).toBeUndefined();
});

test("an offer that fails again after a retry is back in quarantine, for the first time span", () => {
  const world = quarantinedWorld();
  retry(world);
  world.pass(1_000);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash: remoteOf("bad").hash });
  expect(world.state().config.failures).toMatchObject([{ times: 1 }]);
  world.forget();
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(1_000);
  expect(world.trace).toEqual([]);
});

test("what the binary refused is shown to it again without touching the agent", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "unknown type: nop" : undefined);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(1_000);
  world.forget();
  retry(world);
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 3"]);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.state().agent.process).toMatchObject({ at: "up", run: 1 });
});

test("an offer that found no room on the disk is written without the wait after a failed step", () => {
  const world = runningWorld();
  world.behave.writeFails = true;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(100);
  expect(world.state().config.verdict.is).toBe("failed");
  world.behave.writeFails = false;
  retry(world);
  world.pass(1_000);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("an agent that waits for its next start is started at once, with its waits counted anew", () => {
  const world = runningWorld();
  for (let crashes = 0; crashes < 5; crashes += 1) {
    world.pass(30_000);
    world.crash();
  }
  expect(world.state().agent.process.at).toBe("down");
  world.forget();
  expect(retry(world)).toBe("the agent is started without further waiting");
  expect(world.trace).toEqual(["start 1"]);
  expect(world.state().agent.crashes.count).toBe(0);
});

test("a newer offer than the one that failed is what counts: the older one is not brought back", () => {
  const world = quarantinedWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(60_000);
  world.forget();
  expect(retry(world)).toBe("what failed earlier is tried again when the server offers it");
  world.pass(1_000);
  expect(world.trace).toEqual([]);
  expect(world.state().config.failures).toEqual([]);
  world.behave.diesAfterMs = () => Infinity;
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(1_000);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("bad").hash });
});

test("with nothing to retry not even the state changes", () => {
  const world = runningWorld();
  expect(reduceRetry(world)).toBe(world.state());
  expect(retry(world)).toContain("nothing to retry");
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(reduceRetry(world)).toBe(world.state());
});

test("an agent that is up after crashes keeps its count, and is not started again", () => {
  const world = runningWorld();
  world.crash();
  world.pass(1_000);
  world.forget();
  expect(reduceRetry(world)).toBe(world.state());
  expect(world.state().agent.crashes.count).toBe(1);
});

test("an offer that is being tried after one that failed is left alone, at every moment of its way", () => {
  const world = quarantinedWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  const { verdict } = world.state().config;
  expect(retry(world)).toBe(`remote configuration ${remoteOf("one").hash} is being tried already`);
  expect(world.state().config.verdict).toBe(verdict);
  while (world.state().config.verdict.is === "applying") {
    expect(reduceRetry(world)).toBe(world.state());
    world.pass(10);
  }
  expect(world.trace).toEqual(["validate 3", "write 3", "stop", "start 3"]);
});

test("a supervisor that is stopping tries nothing again", () => {
  const world = quarantinedWorld();
  world.post({ on: "stop-asked" });
  expect(reduceRetry(world)).toBe(world.state());
  expect(retry(world)).toContain("the supervisor is stopping");
});

test("a restart command leaves what failed to a retry", () => {
  const world = quarantinedWorld();
  world.post({ on: "restart-commanded" });
  world.pass(1_000);
  world.behave.diesAfterMs = () => Infinity;
  retry(world);
  world.pass(1_000);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("what failed under the hash of what runs is kept for a retry like any other", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "unknown type: nop" : undefined);
  const { hash } = remoteOf("one");
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  world.post({ on: "config-offered", remote: { ...remoteOf("bad"), hash } });
  world.pass(1_000);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash });
  expect(world.state().config.failed).toEqual({ ...remoteOf("bad"), hash });
});
