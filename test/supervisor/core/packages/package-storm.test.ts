import { expect, test } from "vitest";
import { plan } from "../../../../src/supervisor/core/plan.ts";
import { packageStatusesOf } from "../../../../src/supervisor/core/report/package-statuses.ts";
import { PackageStatusType } from "../../../../src/opamp-client/wire/messages.ts";
import { newWatch } from "../../../../src/supervisor/core/data-flow/watch.ts";
import { initialState, withConfig } from "../../../../src/supervisor/core/state/state.ts";
import {
  baseLayer,
  configText,
  policy,
  remoteOf,
  uid,
} from "../../../helpers/core/core-samples.ts";
import { offeredPackage, packageOffer } from "../../../helpers/core/packages.ts";
import { createWorld, type World } from "../../../helpers/core/world.ts";

/** A small seeded generator: the same storm for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const local = "/usr/bin/otelcol";
/** Each does what its name says; `new` alone knows the configurations of that name. */
const versions = ["good", "better", "new", "dies", "ills", "refuses", "lost", "busy", "slow"];
const configs = ["one", "two", "new", "dies", "refused"];

function manners(world: World): void {
  const of = (path: string): string => /agent\/([a-z]+)\//.exec(path)?.[1] ?? "local";
  world.behave.fetchMs = 300;
  world.behave.healthyAfterMs = (text, path) =>
    of(path) === "ills" ? Infinity : text.includes("nop/slow") || of(path) === "slow" ? 3_000 : 40;
  world.behave.diesAfterMs = (text, path) =>
    text.includes("nop/dies") || of(path) === "dies" ? 30 : Infinity;
  world.behave.refuses = (text, path) =>
    text.includes("nop/refused") ||
    of(path) === "refuses" ||
    (text.includes("nop/new") && of(path) !== "new")
      ? "unknown key"
      : undefined;
  world.behave.refusesPackage = ({ version }) =>
    version === "lost" ? "404" : version === "busy" ? 1_000 : undefined;
}

function oneEvent(world: World, random: () => number): void {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const roll = random();
  if (roll < 0.35) {
    const addon = offeredPackage("9", { name: "rules", kind: "addon" });
    const others = random() < 0.3 ? [addon] : [];
    world.post({ on: "packages-offered", offer: packageOffer(pick(versions), others) });
  } else if (roll < 0.4) {
    const offer = { allHash: "", packages: [], problem: undefined };
    world.post({ on: "packages-offered", offer });
  } else if (roll < 0.65) world.post({ on: "config-offered", remote: remoteOf(pick(configs)) });
  else if (roll < 0.75) world.crash();
  else if (roll < 0.8) world.post({ on: "restart-commanded" });
  else if (roll < 0.84) world.post({ on: "package-rollback-asked" });
  else if (roll < 0.88) world.post({ on: "package-pinned", pinned: random() < 0.5 });
  else if (roll < 0.9) world.post({ on: "retry-asked" });
  else if (roll < 0.91) {
    const executable = world.state().packages.accepted?.path ?? local;
    world.post({ on: "package-lost", executable });
    world.crash();
  } else if (roll < 0.93) world.behave.writeFails = !world.behave.writeFails;
  else if (roll < 0.96) world.post({ on: "server-lost", why: "429" });
  else world.setClock(random() < 0.5 ? -3_600_000 : 3_600_000);
  world.pass(random() < 0.3 ? random() * 20_000 : random() * 400);
}

function settledChecks(world: World, seed: number): void {
  const state = world.state();
  const [child] = world.running();
  const { packages, config } = state;
  const path = packages.accepted?.path ?? local;
  expect
    .soft(world.violations, `seed ${seed}: never two agents, nothing removed that runs`)
    .toEqual([]);
  expect.soft(state.agent.process.at, `seed ${seed}: the agent runs`).toBe("up");
  expect.soft(child?.path, `seed ${seed}: it runs the version in force`).toBe(path);
  expect.soft(child?.text, `seed ${seed}: it runs the target`).toBe(config.target?.config.text);
  expect.soft(config.target?.number, `seed ${seed}: the target is good`).toBe(config.good?.number);
  expect
    .soft(config.verdict.is, `seed ${seed}: no configuration stays applying`)
    .not.toBe("applying");
  expect.soft(packages.trying, `seed ${seed}: no trial is left open`).toBeUndefined();
  expect.soft(packages.ready, `seed ${seed}: nothing waits`).toBeUndefined();
  expect.soft(packages.together, `seed ${seed}: nothing waits for a version`).toBeUndefined();
  if (config.verdict.is === "applied") {
    expect
      .soft(config.target?.remote?.hash, `seed ${seed}: applied means running`)
      .toBe(config.verdict.hash);
  }
  const told = packageStatusesOf(state)?.packages?.get("");
  const offered = packages.offer?.packages.find(({ name }) => name === "");
  if (offered !== undefined) {
    const runs = packages.accepted?.package?.hash === offered.hash;
    expect
      .soft(told?.status === PackageStatusType.Installed, `seed ${seed}: installed means in force`)
      .toBe(runs);
    expect
      .soft(told?.status, `seed ${seed}: nothing stays on its way`)
      .not.toBe(PackageStatusType.Installing);
  }
  const { step } = plan(state, world.now(), policy);
  expect.soft(step, `seed ${seed}: a settled state plans nothing`).toBeUndefined();
}

test("200 random storms of versions and configurations settle on what is wanted and works", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = randomFrom(seed);
    const world = createWorld(
      {
        ...withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
        dataFlow: newWatch(policy),
      },
      {},
      { reload: seed % 2 === 0 ? "auto" : "restart" },
    );
    manners(world);
    world.pass(random() * 2_000);
    for (let index = 0; index < 14; index += 1) oneEvent(world, random);
    world.behave.writeFails = false;
    world.pass(150_000);
    // What is fetched again by itself may be on its way at any moment.
    if (world.state().packages.underWay !== undefined) world.pass(400);
    settledChecks(world, seed);
  }
});
