import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigStatus } from "../../../../../src/opamp-client/wire/messages.ts";
import { report } from "../../../../../src/supervisor/core/report/full-report.ts";
import type { StatusAnswer } from "../../../../../src/supervisor/core/report/status/status-answer.ts";
import { initialState, withConfig } from "../../../../../src/supervisor/core/state/state.ts";
import { baseLayer, configText, remoteOf, uid } from "../../../../helpers/core/core-samples.ts";
import { connectionTo, opampOffer, settingsOffer } from "../../../../helpers/core/offers.ts";
import { statusOf } from "../../../../helpers/core/status.ts";
import { createWorld, type World } from "../../../../helpers/core/world.ts";

const profile = {
  ...{ capabilities: 0xffffn, fallbackName: "x", startsAgent: true },
  ...{ host: new Map<string, string>(), identifying: new Map<string, string>() },
  nonIdentifying: new Map<string, string>(),
};

/** What others write into reasons: a secret, and what no terminal and no JSON would like. */
const why = 'dial https://me:secret-word@host: "token": "secret-word" \u0000\ud800';
const words = ["one", "two", "slow", "dies", "refused", "blank"];

function stormyWorld(): World {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
    {},
    { reload: "auto" },
  );
  world.behave.healthyAfterMs = (text) => (text.includes("nop/slow") ? 3_000 : 40);
  world.behave.diesAfterMs = (text) => (text.includes("nop/dies") ? 30 : Infinity);
  world.behave.refutes = ({ endpoint }) =>
    endpoint?.includes("refused") === true ? why : undefined;
  world.behave.refuses = (text) => (text.includes("nop/refused") ? why : undefined);
  return world;
}

type Happening = (world: World) => void;

const word = fc.constantFrom(...words);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  word.map((one): Happening => (world) => {
    world.post({
      on: "config-offered",
      remote: one === "blank" ? remoteOf("blank", " ") : remoteOf(one),
    });
  }),
  fc.tuple(word, fc.nat(9)).map(([one, number]): Happening => (world) => {
    const endpoint = `wss://me:secret-word@${one}.example.com/v1/opamp`;
    const telemetry = { metrics: connectionTo(`https://me:secret-word@${one}`) };
    world.post({
      on: "settings-offered",
      offer: settingsOffer(`${one} ${number}`, { opamp: opampOffer({ endpoint }), telemetry }),
    });
  }),
  fc.constantFrom<Happening>(
    (world) => world.crash(),
    (world) => world.crash({ lastLines: [why] }),
    (world) => world.post({ on: "restart-commanded" }),
    (world) => world.post({ on: "server-lost", why }),
    (world) => world.post({ on: "server-reached" }),
    (world) => world.post({ on: "retry-asked" }),
    (world) => world.post({ on: "stop-asked" }),
    (world) => void (world.behave.writeFails = !world.behave.writeFails),
    (world) => world.setClock(3_600_000),
    (world) => world.setClock(-1e12),
  ),
  fc.integer({ min: 1, max: 200_000 }).map(
    (ms): Happening =>
      (world) =>
        world.pass(ms),
  ),
  fc.integer({ min: 1, max: 100 }).map(
    (ms): Happening =>
      (world) =>
        world.pass(ms),
  ),
);

const verdicts: Readonly<Record<number, string>> = {
  [ConfigStatus.Applied]: "applied",
  [ConfigStatus.Applying]: "applying",
  [ConfigStatus.Failed]: "failed",
};

/** A person is told the same as the server. */
function agrees(world: World, { offers, health, configuration }: StatusAnswer): void {
  const told = report(world.state(), profile);
  const { status = ConfigStatus.Unset } = told.remoteConfigStatus ?? {};
  const newest = offers.find(({ kind }) => kind === "configuration");
  expect(newest?.verdict).toBe(verdicts[status]);
  if (newest?.verdict === "failed") expect(newest.reason).not.toBeNull();
  if (health.word === "failing") expect(told.health?.healthy).not.toBe(true);
  if (health.word === "healthy") expect(told.health?.healthy).not.toBe(false);
  if (told.health?.healthy === true) expect(configuration.running).not.toBeNull();
}

test("whatever happens, a status can be made at each moment, is no secret, is bounded, and says what the server is told", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 25 }), (happenings) => {
      const world = stormyWorld();
      for (const each of happenings) {
        each(world);
        const answer = statusOf(world);
        const text = JSON.stringify(answer);
        expect(text).not.toMatch(/secret-word|NaN|Invalid|":-\d/);
        expect(text.length).toBeLessThan(40_000);
        agrees(world, answer);
        const { offers, restarts, crashes } = world.state().history;
        expect(offers.length).toBeLessThanOrEqual(5);
        expect(restarts).toBeGreaterThanOrEqual(crashes);
      }
    }),
    { numRuns: 200, interruptAfterTimeLimit: 4_000 },
  );
});
