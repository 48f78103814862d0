import { expect, test } from "vitest";
import { report } from "../../../../src/supervisor/core/report/full-report.ts";
import { withBinary } from "../../../../src/supervisor/core/config/binary.ts";
import type { Packages } from "../../../../src/supervisor/core/state/packages.ts";
import { policy, remoteOf } from "../../../helpers/core/core-samples.ts";
import { offeredPackage, packageOffer } from "../../../helpers/core/packages.ts";
import { restarted, runningWorld } from "../../../helpers/core/running-world.ts";
import { createWorld, type World } from "../../../helpers/core/world.ts";

const local = "/usr/bin/otelcol";
const pathOf = (version: string): string => `/state/packages/agent/${version}/otelcol`;

function offer(world: World, version: string): void {
  world.post({ on: "packages-offered", offer: packageOffer(version) });
}

function running(world: World): string | undefined {
  return world.running()[0]?.path;
}

/** The status of the collector's package as the server sees it. */
function told(world: World) {
  const profile = {
    ...{ capabilities: 0xffffffffn, startsAgent: true, fallbackName: "otelcol" },
    ...{ host: new Map(), identifying: new Map(), nonIdentifying: new Map() },
  };
  const { packageStatuses } = report(world.state(), profile);
  const one = packageStatuses?.packages?.get("");
  return { status: one?.status, has: one?.agentHasVersion, why: one?.errorMessage };
}

const [installed, installing, failed, downloading] = [0, 2, 3, 4];

test("C-199 C-200 C-214 C-215 an offered version is fetched, validated, started, and in force once it has proved itself", () => {
  const world = runningWorld();
  offer(world, "2.0.0");
  expect(told(world)).toEqual({ status: downloading, has: undefined, why: undefined });
  world.pass(55);
  expect(told(world).status).toBe(installing);
  expect(running(world)).toBe(local);
  world.pass(1_000);
  expect(world.trace).toEqual(["fetch 2.0.0", "validate 2", "write 2", "stop", "start 2"]);
  expect(running(world)).toBe(pathOf("2.0.0"));
  expect(told(world)).toEqual({ status: installed, has: "2.0.0", why: undefined });
  world.forget();
  offer(world, "2.0.0");
  world.pass(600_000);
  expect(world.trace.filter((step) => step !== "look")).toEqual([]);
});

test("C-210 a version that refuses the running configuration never stops the agent", () => {
  const world = runningWorld();
  world.behave.refuses = (_text, path) => (path === local ? undefined : "unknown key");
  offer(world, "2.0.0");
  world.pass(10_000);
  expect(world.trace).toEqual(["fetch 2.0.0", "validate 2"]);
  expect(told(world)).toMatchObject({ status: failed, has: undefined });
  expect(told(world).why).toContain("unknown key");
  offer(world, "2.0.0");
  world.pass(10_000);
  expect(world.trace).toEqual(["fetch 2.0.0", "validate 2"]);
  expect(world.state().config.verdict.is).toBe("unset");
});

test("C-231 a version that ends at once gives way to the one before it, and its reason is told", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(40_000);
  world.behave.diesAfterMs = (_text, path) => (path === local ? Infinity : 20);
  offer(world, "2.0.0");
  world.pass(1_000);
  expect(running(world)).toBe(local);
  expect(told(world)).toMatchObject({ status: failed });
  expect(told(world).why).toContain("Error: boom");
  expect(world.state().config.verdict).toMatchObject({ is: "applied" });
  world.forget();
  world.pass(3_600_000);
  expect(world.trace.filter((step) => step !== "look")).toEqual([]);
  // Another file is another version.
  world.behave.diesAfterMs = () => Infinity;
  offer(world, "2.0.1");
  world.pass(1_000);
  expect(told(world)).toEqual({ status: installed, has: "2.0.1", why: undefined });
});

test("a version is on probation: three ends in it cost it its place, later ones do not", () => {
  for (const late of [false, true]) {
    const world = runningWorld();
    offer(world, "2.0.0");
    world.pass(late ? 301_000 : 40_000);
    for (let time = 0; time < 3; time += 1) {
      world.crash();
      world.pass(70_000);
    }
    expect(running(world)).toBe(late ? pathOf("2.0.0") : local);
    expect(told(world).status).toBe(late ? installed : failed);
  }
});

test("ends that somebody else caused within the probation cost a version nothing", () => {
  const world = runningWorld();
  offer(world, "2.0.0");
  world.pass(2_000);
  for (let kills = 0; kills < 4; kills += 1) {
    world.crash({ signal: "SIGKILL" });
    world.pass(10_000);
  }
  expect(running(world)).toBe(pathOf("2.0.0"));
  expect(told(world)).toMatchObject({ status: installed, has: "2.0.0" });
});

test("what was configured since the upgrade is kept when the upgrade is taken back", () => {
  const world = runningWorld();
  offer(world, "2.0.0");
  world.pass(40_000);
  world.post({ on: "config-offered", remote: remoteOf("later") });
  world.pass(40_000);
  for (let time = 0; time < 3; time += 1) {
    world.crash();
    world.pass(40_000);
  }
  expect(running(world)).toBe(local);
  expect(world.running()[0]?.text).toContain("nop/later");
  expect(world.state().config.verdict).toMatchObject({ is: "applied" });
});

test("ill health that lasts within the probation reverts", () => {
  const world = runningWorld();
  offer(world, "2.0.0");
  world.pass(60_000);
  expect(told(world).status).toBe(installed);
  world.behave.healthyAfterMs = (_text, path) => (path === local ? 40 : Infinity);
  world.pass(30_000);
  expect(running(world)).toBe(local);
  expect(told(world).why).toContain("fell ill within the probation");
});

test("a configuration and a version that need each other are tried together", () => {
  const world = runningWorld();
  world.behave.refuses = (text, path) =>
    path === local && text.includes("nop/new") ? "unknown key new" : undefined;
  world.behave.fetchMs = 60_000;
  offer(world, "2.0.0");
  world.post({ on: "config-offered", remote: remoteOf("new") });
  world.pass(1_000);
  expect(world.state().config.verdict).toMatchObject({ is: "applying" });
  expect(world.running()[0]?.text).toContain("nop/base");
  world.pass(60_000);
  expect(running(world)).toBe(pathOf("2.0.0"));
  expect(world.running()[0]?.text).toContain("nop/new");
  expect(world.state().config.verdict).toMatchObject({ is: "applied" });
  expect(told(world).status).toBe(installed);
});

test("where the two fail together the version is tried once more without the configuration", () => {
  const world = runningWorld();
  world.behave.refuses = (text, path) =>
    path === local && text.includes("nop/new") ? "unknown key new" : undefined;
  world.behave.diesAfterMs = (text) => (text.includes("nop/new") ? 20 : Infinity);
  offer(world, "2.0.0");
  world.post({ on: "config-offered", remote: remoteOf("new") });
  world.pass(10_000);
  expect(running(world)).toBe(pathOf("2.0.0"));
  expect(world.running()[0]?.text).toContain("nop/base");
  expect(world.state().config.verdict).toMatchObject({ is: "failed" });
  expect(told(world).status).toBe(installed);
});

test("what waits for a version fails with it", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/new") ? "unknown key new" : undefined);
  world.behave.refusesPackage = () => "the signature is wrong";
  offer(world, "2.0.0");
  world.post({ on: "config-offered", remote: remoteOf("new") });
  world.pass(10_000);
  const { verdict } = world.state().config;
  expect(verdict).toMatchObject({ is: "failed" });
  expect(verdict.is === "failed" ? verdict.why : "").toContain("unknown key new");
  expect(told(world)).toMatchObject({ status: failed, why: "the signature is wrong" });
});

test("a version is fetched again while its server is busy, and a good one is never taken back for that", () => {
  const world = runningWorld();
  let busy = 3;
  world.behave.refusesPackage = () => (busy-- > 0 ? 1_000 : undefined);
  offer(world, "2.0.0");
  world.pass(60_000);
  expect(world.trace.filter((step) => step === "fetch 2.0.0")).toHaveLength(4);
  expect(told(world).status).toBe(installed);
  world.post({ on: "server-lost", why: "429" });
  world.pass(400_000);
  expect(running(world)).toBe(pathOf("2.0.0"));
});

test("a newer offer takes the place of what is being fetched", () => {
  const world = runningWorld();
  world.behave.fetchMs = 5_000;
  offer(world, "2.0.0");
  world.pass(1_000);
  offer(world, "3.0.0");
  world.pass(20_000);
  expect(world.trace.slice(0, 3)).toEqual(["fetch 2.0.0", "stop fetching", "fetch 3.0.0"]);
  expect(running(world)).toBe(pathOf("3.0.0"));
});

test("C-202 a version that is not offered any more gives way to the local binary, add-ons go at once", () => {
  const world = runningWorld();
  const addon = offeredPackage("9", { name: "rules", kind: "addon" });
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0", [addon]) });
  world.pass(10_000);
  expect(
    world
      .state()
      .packages.installed.map(({ name }) => name)
      .sort(),
  ).toEqual(["", "rules"]);
  world.post({
    on: "packages-offered",
    offer: { allHash: "aa", packages: [addon], problem: undefined },
  });
  world.pass(10_000);
  expect(running(world)).toBe(local);
  expect(world.state().packages.installed.map(({ name }) => name)).toEqual(["rules"]);
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0") });
  world.pass(10_000);
  expect(world.state().packages.installed.map(({ name }) => name)).toEqual([""]);
  expect(world.violations).toEqual([]);
});

test("a person goes back by hand, and the same version is not taken again", () => {
  const world = runningWorld();
  offer(world, "2.0.0");
  world.pass(400_000);
  world.post({ on: "package-rollback-asked" });
  world.pass(10_000);
  expect(running(world)).toBe(local);
  offer(world, "2.0.0");
  world.pass(10_000);
  expect(running(world)).toBe(local);
  expect(told(world)).toMatchObject({ status: failed, has: undefined });
  offer(world, "2.0.1");
  world.pass(10_000);
  expect(running(world)).toBe(pathOf("2.0.1"));
});

test("a pinned version stays, whatever is offered", () => {
  const world = runningWorld();
  world.post({ on: "package-pinned", pinned: true });
  offer(world, "2.0.0");
  world.pass(10_000);
  expect(running(world)).toBe(local);
  expect(told(world)).toMatchObject({ status: failed });
  world.post({ on: "package-pinned", pinned: false });
  world.pass(10_000);
  expect(running(world)).toBe(pathOf("2.0.0"));
});

test("a version in whose trial the supervisor ends twice is not tried a third time", () => {
  let world = runningWorld();
  const { local: layers } = world.state().config;
  const { identity } = world.state();
  let packages: Packages = world.state().packages;
  for (let life = 0; life < 2; life += 1) {
    offer(world, "2.0.0");
    while (world.state().packages.trying?.path !== pathOf("2.0.0")) world.pass(5);
    const next = restarted(world.state());
    packages = next.packages;
    const state = { ...next, identity, config: { ...next.config, local: layers } };
    world = createWorld(withBinary(state, { path: local, facts: identity.binary }));
    world.post({ on: "supervisor-started" });
    world.pass(5);
  }
  expect(packages.attempt?.times).toBe(2);
  world.pass(10_000);
  expect(running(world)).toBe(local);
  expect(told(world).why).toContain("the supervisor ended 2 times while this version was tried");
});

test("C-201 of two packages only the one is fetched whose hash is another one", () => {
  const world = runningWorld();
  const rules = (version: string) => offeredPackage(version, { name: "rules", kind: "addon" });
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0", [rules("9")]) });
  world.pass(5_000);
  world.forget();
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0", [rules("10")]) });
  world.pass(5_000);
  expect(world.trace.filter((step) => step.startsWith("fetch"))).toEqual(["fetch 10"]);
  expect(
    world
      .state()
      .packages.installed.map(({ version }) => version)
      .sort(),
  ).toEqual(["10", "2.0.0"]);
});

test("a person can go back for some days, and not after that", () => {
  const packages = { ...policy.packages, earlierMs: 600_000 };
  for (const late of [false, true]) {
    const world = runningWorld({ packages });
    offer(world, "2.0.0");
    world.pass(late ? 601_000 : 590_000);
    world.post({ on: "package-rollback-asked" });
    world.pass(5_000);
    expect(running(world)).toBe(late ? pathOf("2.0.0") : local);
  }
});

test("the days go by the date: a clock that is set ahead ends them", () => {
  const world = runningWorld();
  offer(world, "2.0.0");
  world.pass(5_000);
  world.setClock(8 * 86_400_000);
  world.post({ on: "ticked" });
  expect(world.state().packages.earlier).toBeUndefined();
});
