import { test, expect } from "vitest";
import { plan } from "../../../src/supervisor/core/plan.ts";
import type { SettingsOffer } from "../../../src/supervisor/core/state/offers.ts";
import { withConfig, initialState } from "../../../src/supervisor/core/state/state.ts";
import { remoteOf, uid, policy, baseLayer, configText } from "../../helpers/core/core-samples.ts";
import { opampOffer, connectionTo, settingsOffer } from "../../helpers/core/offers.ts";
import { type World, createWorld } from "../../helpers/core/world.ts";

/** A small seeded generator: the same storm for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const words = ["one", "two", "three", "slow", "dies", "refused", "blank"];

function manners(world: World): void {
  world.behave.healthyAfterMs = (text) => (text.includes("nop/slow") ? 3_000 : 40);
  world.behave.diesAfterMs = (text) => (text.includes("nop/dies") ? 30 : Infinity);
  world.behave.refutes = ({ endpoint }) =>
    endpoint?.includes("refused") === true ? "nobody listens" : undefined;
  world.behave.refuses = (text) => (text.includes("nop/refused") ? "unknown type" : undefined);
}

function someOffer(random: () => number): SettingsOffer {
  const word = words[Math.floor(random() * words.length)] ?? "one";
  const endpoint = `wss://${word}.example.com/v1/opamp`;
  const parts = [
    { opamp: opampOffer({ endpoint }) },
    { telemetry: { metrics: connectionTo(random() < 0.3 ? "" : `https://nop/${word}`) } },
    { opamp: opampOffer({ heartbeatSeconds: 5 }), telemetry: { traces: connectionTo("x") } },
  ];
  return settingsOffer(`${word} ${random()}`, parts[Math.floor(random() * 3)] ?? {});
}

/** What happens, and then some time; `between` is called at moments in that time. */
function oneEvent(world: World, random: () => number, between = (): void => undefined): void {
  const word = words[Math.floor(random() * words.length)] ?? "one";
  const roll = random();
  if (roll < 0.5) {
    world.post({
      on: "config-offered",
      remote: word === "blank" ? remoteOf("blank", " ") : remoteOf(word),
    });
  } else if (roll < 0.65) world.crash();
  else if (roll < 0.75) world.post({ on: "restart-commanded" });
  else if (roll < 0.8) world.post({ on: "identity-assigned", uid: uid.replace(/1$/, "2") });
  else if (roll < 0.85) world.behave.writeFails = !world.behave.writeFails;
  else if (roll < 0.9) world.behave.drainMs = world.behave.drainMs === 5 ? Infinity : 5;
  else if (roll < 0.92) world.post({ on: "retry-asked" });
  else if (roll < 0.96) world.post({ on: "settings-offered", offer: someOffer(random) });
  else if (roll < 0.98) world.post({ on: "server-lost", why: "broke" });
  else world.post({ on: "server-reached" });
  const waitMs = random() < 0.3 ? random() * 20_000 : random() * 60;
  for (let part = 0; part < 4; part += 1) {
    between();
    world.pass(waitMs / 4);
  }
}

function settledChecks(world: World, seed: number): void {
  const state = world.state();
  const [child] = world.running();
  expect.soft(world.violations, `seed ${seed}: never two agents`).toEqual([]);
  expect.soft(state.config.verdict.is, `seed ${seed}: nothing stays applying`).not.toBe("applying");
  expect.soft(state.connections.status.is, `seed ${seed}: no offer does`).not.toBe("applying");
  expect.soft(state.connections.underWay, `seed ${seed}: no offer is left open`).toBeUndefined();
  expect
    .soft(state.connections.accepted, `seed ${seed}: what is rendered next is what runs`)
    .toBe(state.config.target?.connections);
  expect
    .soft(state.connections.connectedWith, `seed ${seed}: the server in force is the one in use`)
    .toBe(state.connections.server);
  expect.soft(state.config.trial, `seed ${seed}: no trial is left open`).toBeUndefined();
  expect.soft(state.agent.process.at, `seed ${seed}: the agent runs`).toBe("up");
  expect
    .soft(child?.text, `seed ${seed}: it runs the target`)
    .toBe(state.config.target?.config.text);
  expect
    .soft(state.config.good?.number, `seed ${seed}: the target is good`)
    .toBe(state.config.target?.number);
  const { verdict, target } = state.config;
  if (verdict.is === "applied") {
    expect.soft(target?.remote?.hash, `seed ${seed}: applied means running`).toBe(verdict.hash);
  }
  expect
    .soft(
      state.config.failed?.hash,
      `seed ${seed}: what failed is kept for a retry, nothing else is`,
    )
    .toBe(verdict.is === "failed" ? verdict.hash : undefined);
  expect
    .soft(plan(state, world.now(), policy).step, `seed ${seed}: a settled state plans nothing`)
    .toBeUndefined();
}

test("250 random storms settle on what is wanted, with never two agents", () => {
  for (let seed = 1; seed <= 250; seed += 1) {
    const random = randomFrom(seed);
    const world = createWorld(
      withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
      {},
      { reload: seed % 2 === 0 ? "auto" : "restart" },
    );
    manners(world);
    world.pass(random() * 1_000);
    for (let index = 0; index < 12; index += 1) oneEvent(world, random);
    world.behave.writeFails = false;
    world.behave.drainMs = 5;
    world.pass(150_000);
    settledChecks(world, seed);
  }
});

/** Sets the clock, as often as not, by seconds, hours or years in either direction. */
function clockSetter(world: World, seed: number): () => void {
  const random = randomFrom(seed + 10_000);
  return () => {
    if (random() < 0.5) return;
    const sizes = [300, 2_000, 3_600_000, 1e12];
    const size = sizes[Math.floor(random() * sizes.length)] ?? 0;
    world.setClock(random() < 0.5 ? -size : size);
  };
}

test("a storm goes as it would have gone, however the clock is set at every point of it", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const [steady, stepped] = [false, true].map((steps) => {
      const random = randomFrom(seed);
      const world = createWorld(
        withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
        {},
        { reload: seed % 2 === 0 ? "auto" : "restart" },
      );
      manners(world);
      const between = steps ? clockSetter(world, seed) : undefined;
      for (let index = 0; index < 12; index += 1) oneEvent(world, random, between);
      world.behave.writeFails = false;
      world.behave.drainMs = 5;
      world.pass(150_000);
      return world;
    });
    expect.soft(stepped?.trace, `seed ${seed}`).toEqual(steady?.trace);
    expect
      .soft(stepped?.state().config.verdict, `seed ${seed}`)
      .toEqual(steady?.state().config.verdict);
    if (stepped !== undefined) settledChecks(stepped, seed);
  }
});

test("a stop in the middle of any storm ends with no agent and no plan", () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = randomFrom(seed);
    const world = createWorld(
      withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
    );
    manners(world);
    world.pass(random() * 200);
    const between = clockSetter(world, seed);
    for (let index = 0; index < 8; index += 1) oneEvent(world, random, between);
    world.post({ on: "stop-asked" });
    between();
    world.pass(60_000);
    expect.soft(world.running(), `seed ${seed}`).toEqual([]);
    expect
      .soft(plan(world.state(), world.now(), policy))
      .toEqual({ step: undefined, wakeAt: Infinity });
  }
});
