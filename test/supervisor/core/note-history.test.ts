import { expect, test } from "vitest";
import type { History } from "../../../src/supervisor/core/state/history.ts";
import { reduce } from "../../../src/supervisor/core/reduce.ts";
import { policy, remoteOf } from "../../helpers/core/core-samples.ts";
import { runningWorld, quarantinedWorld, offer, move } from "../../helpers/core/running-world.ts";
import type { World } from "../../helpers/core/world.ts";

const history = (world: World): History => world.state().history;

test("an agent that was started once was never restarted", () => {
  const world = runningWorld();
  expect(history(world)).toMatchObject({ restarts: 0, crashes: 0, lastEnd: undefined });
  expect(history(world).lastGap).toBeUndefined();
  expect(history(world).runsSince).toBeLessThan(world.now());
});

test("a crash is a restart with its reason and its gap, once it has been followed by a start", () => {
  const world = runningWorld();
  world.pass(70_000);
  const at = world.now();
  world.crash();
  world.pass(1_000);
  const { lastEnd, lastGap, restarts, crashes } = history(world);
  expect({ restarts, crashes }).toEqual({ restarts: 1, crashes: 1 });
  expect(lastEnd).toEqual({
    at,
    planned: false,
    why: expect.stringContaining("crashed") as string,
  });
  expect(lastGap).toMatchObject({ since: at, why: lastEnd?.why });
  expect(lastGap?.lastedMs).toBeGreaterThan(0);
});

test("a restart command and a new configuration are planned restarts, told apart", () => {
  const world = runningWorld();
  world.post({ on: "restart-commanded" });
  world.pass(2_000);
  expect(history(world)).toMatchObject({ restarts: 1, crashes: 0 });
  expect(history(world).lastEnd).toMatchObject({ planned: true, why: "restart command" });
  expect(history(world).lastGap?.why).toBe("restart command");
  world.post({ on: "config-offered", remote: remoteOf("new") });
  world.pass(5_000);
  expect(history(world)).toMatchObject({ restarts: 2, crashes: 0 });
  expect(history(world).lastEnd).toMatchObject({ planned: true, why: "new configuration" });
});

test("the time since when a generation runs and is good is that of the change", () => {
  const world = runningWorld({ reload: "auto" });
  const before = history(world);
  world.pass(60_000);
  world.post({ on: "config-offered", remote: remoteOf("new") });
  world.pass(5_000);
  expect(history(world).runsSince).toBeGreaterThan((before.runsSince ?? 0) + 60_000);
  expect(history(world).goodSince).toBeGreaterThan((before.goodSince ?? 0) + 60_000);
});

test("an offer is one entry from its receipt to its verdict, and so is one that is tried again", () => {
  const world = quarantinedWorld();
  const [failed, ...others] = history(world).offers;
  expect(others).toEqual([]);
  expect(failed).toMatchObject({ kind: "configuration", verdict: "failed", byPolicy: false });
  expect(failed?.why).toContain("the agent exited");
  world.post({ on: "retry-asked" });
  expect(history(world).offers).toMatchObject([{ verdict: "applying", decidedAt: undefined }]);
  world.behave.diesAfterMs = () => Infinity;
  world.pass(5_000);
  const [applied] = history(world).offers;
  expect(applied).toMatchObject({ verdict: "applied", why: "", receivedAt: failed?.receivedAt });
});

test("a refusal by the operator's policy is told from one by the collector", () => {
  const world = runningWorld();
  for (const byPolicy of [true, false]) {
    world.post({ on: "config-offered", remote: remoteOf(`by ${byPolicy}`) });
    const number = world.state().config.candidate?.number ?? 0;
    world.post({ on: "config-refused", number, why: "no", byPolicy });
    expect(history(world).offers[0]).toMatchObject({ verdict: "failed", byPolicy });
  }
});

test("offers of connections are kept beside those of configurations, and only the newest few", () => {
  const world = runningWorld();
  world.behave.refutes = () => "nobody listens";
  offer(world, "move", move);
  world.pass(1_000);
  expect(history(world).offers[0]).toMatchObject({
    kind: "connections",
    verdict: "failed",
    why: expect.stringContaining("nobody listens") as string,
  });
  for (const word of ["a", "b", "c", "d", "e", "f"]) {
    world.post({ on: "config-offered", remote: remoteOf(word) });
    world.pass(60_000);
  }
  expect(history(world).offers.map(({ hash }) => Buffer.from(hash, "hex").toString())).toEqual([
    "f",
    "e",
    "d",
    "c",
    "b",
  ]);
});

test("the end with the supervisor is no restart", () => {
  const world = runningWorld();
  world.post({ on: "stop-asked" });
  world.pass(1_000);
  expect(world.state().agent.process.at).toBe("down");
  expect(history(world)).toMatchObject({ restarts: 0, pending: undefined });
});

test("what is no news leaves the same state", () => {
  const world = runningWorld();
  const state = world.state();
  expect(reduce(state, { on: "ticked", at: world.now() }, policy)).toBe(state);
});
