import { test, expect } from "vitest";
import { noConnections } from "../../../../src/agent-config/connections.ts";
import {
  quarantinedUntil,
  remember,
  failureOf,
  mayBeTriedAgain,
} from "../../../../src/supervisor/core/config/quarantine.ts";
import {
  type Generation,
  unknownBinary,
} from "../../../../src/supervisor/core/state/generation.ts";
import { packagedBinary } from "../../../../src/supervisor/core/state/packages.ts";
import { initialState, withConfig } from "../../../../src/supervisor/core/state/state.ts";
import {
  baseLayer,
  remoteOf,
  renderedOf,
  configText,
  uid,
  policy,
} from "../../../helpers/core/core-samples.ts";
import { installedPackage, offeredPackage } from "../../../helpers/core/packages.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";
import { createWorld } from "../../../helpers/core/world.ts";

test("what failed is answered from memory when it is offered again under another hash", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "unknown type" : undefined);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(100);
  world.forget();
  world.post({ on: "config-offered", remote: { ...remoteOf("bad"), hash: "abcd" } });
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash: "abcd" });
  world.pass(1_000);
  expect(world.trace).toEqual([]);
});

test("what failed at run time is tried again ten minutes later, then twenty; what was refused is not", () => {
  const world = runningWorld();
  world.behave.diesAfterMs = (text) => (text.includes("nop/bad") ? 30 : Infinity);
  const offerAgain = (): void => world.post({ on: "config-offered", remote: remoteOf("bad") });
  offerAgain();
  world.pass(1_000);
  world.forget();
  offerAgain();
  world.pass(590_000);
  offerAgain();
  expect(world.trace).toEqual([]);
  world.pass(20_000);
  offerAgain();
  world.pass(1_000);
  expect(world.trace.filter((step) => step.startsWith("start"))).toEqual(["start 3", "start 1"]);
  world.forget();
  world.pass(700_000);
  offerAgain();
  world.pass(1_000);
  expect(world.trace).toEqual([]);
});

const at = 1_000_000;

/** A generation with this offer in it, or with none. */
function generationWith(remote: Generation["remote"]): Generation {
  const config = renderedOf(configText(remote?.hash ?? "local"));
  const binary = unknownBinary;
  const rest = { number: 1, connections: noConnections, sources: undefined, stopsData: false };
  return { config, remote, binary, ...rest };
}

test("the wait doubles with each failure of the same offer, up to its limit", () => {
  const bad = generationWith(remoteOf("bad"));
  let state = initialState(uid);
  const waits: number[] = [];
  for (let times = 0; times < 5; times += 1) {
    const until = quarantinedUntil(state, bad.remote, at, policy);
    waits.push((until - at) / 60_000);
    state = remember(state, bad, "x", until);
  }
  expect(waits).toEqual([10, 20, 40, 60, 60]);
  expect(state.config.failures).toMatchObject([{ times: 5 }]);
  expect(quarantinedUntil(state, remoteOf("other"), at, policy)).toBe(at + policy.quarantineMs);
});

test("a failure counts for the same text of the same offer with the same binary, until its time is over", () => {
  const bad = generationWith(remoteOf("bad"));
  const state = remember(initialState(uid), bad, "x", at);
  expect(failureOf(state, bad, at - 1)?.why).toBe("x");
  expect(failureOf(state, bad, at)).toBeUndefined();
  expect(failureOf(state, { ...bad, remote: remoteOf("other") }, at - 1)).toBeUndefined();
  const { config } = generationWith(remoteOf("other"));
  expect(failureOf(state, { ...bad, config }, at - 1)).toBeUndefined();
  const binary = packagedBinary(installedPackage(offeredPackage("2.0.0")), undefined);
  expect(failureOf(state, { ...bad, binary }, at - 1)).toBeUndefined();
});

test("the last twenty offers that failed are remembered, local configurations never", () => {
  let state = initialState(uid);
  expect(remember(state, generationWith(undefined), "x", at)).toBe(state);
  for (let offer = 1; offer <= 25; offer += 1) {
    state = remember(state, generationWith(remoteOf(`bad${offer}`)), `${offer}`, at);
  }
  const { failures } = state.config;
  expect(failures.map(({ why }) => why)).toEqual(
    Array.from({ length: 20 }, (_, one) => `${one + 6}`),
  );
});

test("only what the server was told has failed, and whose time is over, may be tried again", () => {
  const bad = remoteOf("bad");
  const known = remember(initialState(uid), generationWith(bad), "x", at);
  const told = withConfig(known, { verdict: { is: "failed", hash: bad.hash, why: "x" } });
  expect(mayBeTriedAgain(told, bad, at - 1)).toBe(false);
  expect(mayBeTriedAgain(told, bad, at)).toBe(true);
  expect(mayBeTriedAgain(told, remoteOf("other"), at)).toBe(false);
  expect(mayBeTriedAgain(known, bad, at)).toBe(false);
});

test("an offer by which the supervisor has ended twice is not read again, until a person asks for it", () => {
  const remote = remoteOf("one");
  const world = createWorld(
    withConfig(initialState(uid), {
      local: [baseLayer(configText("base"))],
      deadly: { digest: remote.digest, times: 2 },
    }),
  );
  world.pass(1_000);
  world.forget();
  world.post({ on: "config-offered", remote });
  world.pass(1_000);
  expect(world.trace).toEqual([]);
  expect(world.state().config.verdict).toMatchObject({
    is: "failed",
    why: expect.stringContaining("ended 2 times while it read this offer") as string,
  });
  world.post({ on: "retry-asked" });
  world.pass(5_000);
  expect(world.state().config.verdict).toMatchObject({ is: "applied" });
});
