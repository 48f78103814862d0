import { test, expect } from "vitest";
import type { CoreSettings } from "../../../src/supervisor/core/state/core-settings.ts";
import { withConfig, initialState } from "../../../src/supervisor/core/state/state.ts";
import { plan } from "../../../src/supervisor/core/plan.ts";
import { baseLayer, configText, uid, remoteOf, policy } from "../../helpers/core-samples.ts";
import { type World, createWorld } from "../../helpers/world.ts";

function runningWorld(policyChanges: Partial<CoreSettings> = {}): World {
  const local = [baseLayer(configText("base"))];
  const world = createWorld(withConfig(initialState(uid), { local }), {}, policyChanges);
  world.pass(1_000);
  world.forget();
  return world;
}

test("the first start asks the binary who it is, validates, writes and starts", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(1_000);
  expect(world.trace).toEqual(["identify", "validate 1", "write 1", "start 1"]);
  expect(world.state().agent.process.at).toBe("up");
  expect(world.state().config.good?.number).toBe(1);
});

test("without any configuration the agent idles and is healthy, unvalidated because it is our own text", () => {
  const world = createWorld();
  world.pass(1_000);
  expect(world.trace).toEqual(["identify", "write 1", "start 1"]);
  expect(world.state().config.target?.config.parked).toBe(true);
});

test("an offer is validated and written before the running agent is stopped", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  expect(world.state().config.verdict).toMatchObject({ is: "applying" });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("one").hash });
});

test("applied is said only after the agent was healthy for the settle time", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(500);
  expect(world.state().agent.process.at).toBe("up");
  expect(world.state().config.verdict.is).toBe("applying");
  world.pass(200);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("a refused offer does not touch the running agent", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "unknown type: nop" : undefined);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(60_000);
  expect(world.trace).toEqual(["validate 2"]);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash: remoteOf("bad").hash });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});

test("an offer on which the agent dies is rolled back at once, with the agent's last words", () => {
  const world = runningWorld();
  world.behave.diesAfterMs = (text) => (text.includes("nop/bad") ? 30 : Infinity);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(200);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2", "write 1", "start 1"]);
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
  const { verdict } = world.state().config;
  expect(verdict).toMatchObject({ is: "failed", hash: remoteOf("bad").hash });
  expect(verdict.is === "failed" && verdict.why).toContain("exited with code 1: Error: boom");
  expect(verdict.is === "failed" && verdict.why).toContain("Generation 1");
});

test("an offer on which the agent never gets healthy is still applying, then rolled back after the start timeout", () => {
  const world = runningWorld();
  world.behave.healthyAfterMs = (text) => (text.includes("nop/slow") ? Infinity : 40);
  world.post({ on: "config-offered", remote: remoteOf("slow") });
  world.pass(6_000);
  expect(world.state().config.verdict).toMatchObject({
    is: "applying",
    note: "the agent is still starting",
  });
  world.pass(55_000);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.trace).toEqual([
    "validate 2",
    "write 2",
    "stop",
    "start 2",
    "write 1",
    "stop",
    "start 1",
  ]);
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});

test("a good offer that needs 20 s to become healthy is applied, not rolled back", () => {
  const world = runningWorld();
  world.behave.healthyAfterMs = () => 20_000;
  world.post({ on: "config-offered", remote: remoteOf("slow") });
  world.pass(22_000);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
});

test("the same offer again changes nothing, not even the state", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  const before = world.state();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  expect(world.state()).toBe(before);
});

test("the same text under another hash is answered without a step", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  world.forget();
  world.post({ on: "config-offered", remote: { ...remoteOf("one"), hash: "ffff" } });
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: "ffff" });
  world.pass(1_000);
  expect(world.trace).toEqual([]);
});

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

test("a newer offer overtakes one that is still being validated", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(5);
  world.post({ on: "config-offered", remote: remoteOf("two") });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 2", "validate 3", "write 3", "stop", "start 3"]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("two").hash });
});

test("a crash is answered by a start at once, the next ones by growing waits", () => {
  const world = runningWorld();
  const starts: number[] = [];
  world.behave.diesAfterMs = () => 10;
  world.crash();
  const begin = world.now();
  for (let second = 0; second < 3_000; second += 1) {
    const before = world.trace.length;
    world.pass(10);
    if (world.trace.length > before) starts.push(world.now() - begin);
  }
  expect(world.trace.every((step) => step === "start 1")).toBe(true);
  expect(world.trace.length).toBeLessThanOrEqual(5);
  expect(world.trace.length).toBeGreaterThanOrEqual(4);
  expect(world.violations).toEqual([]);
});

test("a long stable run forgives earlier crashes", () => {
  const world = runningWorld();
  world.crash();
  world.pass(61_000);
  world.crash();
  world.pass(100);
  expect(world.state().agent.process.at).toBe("up");
  expect(world.state().agent.crashes.count).toBe(1);
});

test("stopping sends SIGTERM once, then nothing is planned any more", () => {
  const world = runningWorld();
  world.post({ on: "stop-asked" });
  world.pass(60_000);
  expect(world.trace).toEqual(["stop"]);
  expect(world.state().agent.process.at).toBe("down");
  expect(plan(world.state(), world.now(), policy)).toEqual({ step: undefined, wakeAt: Infinity });
});

test("an agent that does not drain in time is killed once", () => {
  const world = runningWorld();
  world.behave.drainMs = Infinity;
  world.post({ on: "stop-asked" });
  world.pass(60_000);
  expect(world.trace).toEqual(["stop", "kill"]);
  expect(world.state().agent.process.at).toBe("down");
});

test("stopping in the middle of an apply ends everything and starts nothing", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(17);
  world.post({ on: "stop-asked" });
  world.pass(60_000);
  expect(world.running()).toEqual([]);
  expect(world.trace.filter((step) => step.startsWith("start"))).toEqual([]);
});

test("a restart command stops and starts the agent on the same configuration", () => {
  const world = runningWorld();
  world.post({ on: "restart-commanded" });
  world.post({ on: "restart-commanded" });
  world.pass(1_000);
  expect(world.trace).toEqual(["stop", "start 1"]);
});

test("an instance id from the server is taken over by the configuration that runs", () => {
  const world = runningWorld();
  const uid2 = "01900000-0000-7000-8000-000000000002";
  world.post({ on: "identity-assigned", uid: uid2 });
  world.pass(1_000);
  expect(world.state().config.target?.config.text).toContain(uid2);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
});

test("an explicitly empty configuration keeps the local one running and is applied", () => {
  const world = runningWorld();
  world.post({
    on: "config-offered",
    remote: { hash: "00", digest: "d", files: [], problem: undefined },
  });
  world.pass(1_000);
  expect(world.trace).toEqual([]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: "00" });
});

test("an explicitly empty configuration without a local one stops the agent and is applied", () => {
  const world = createWorld();
  world.pass(1_000);
  world.forget();
  world.post({
    on: "config-offered",
    remote: { hash: "00", digest: "d", files: [], problem: undefined },
  });
  world.pass(1_000);
  expect(world.trace).toEqual(["write 2", "stop"]);
  expect(world.running()).toEqual([]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: "00" });
});

test("blank bodies count as no remote configuration", () => {
  const world = createWorld();
  world.pass(1_000);
  world.forget();
  world.post({ on: "config-offered", remote: remoteOf("blank", "  \n") });
  world.pass(1_000);
  expect(world.trace).toEqual([]);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.state().config.target?.config.parked).toBe(true);
});

test("a full disk fails the offer, leaves the agent alone, and does not stick to the offer", () => {
  const world = runningWorld();
  world.behave.writeFails = true;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(100);
  expect(world.state().config.verdict).toMatchObject({ is: "failed" });
  expect(world.trace).toEqual(["validate 2", "write 2"]);
  world.behave.writeFails = false;
  world.pass(10_000);
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("a binary that cannot be asked is asked again, and an offer waits for it", () => {
  const world = createWorld(initialState(uid), { identifyFails: true });
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(11_000);
  expect(world.trace).toEqual(["identify", "identify", "identify"]);
  world.behave.identifyFails = false;
  world.pass(6_000);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("one").hash });
});

test("an answer of a process that was there before our start does not count as health", () => {
  const world = runningWorld();
  world.crash();
  const agent = world.state().agent.process;
  expect(agent.at).toBe("starting");
  const run = agent.at === "down" ? 0 : agent.run;
  world.post({ on: "agent-probed", run, outcome: { is: "healthy", upSince: 1 } });
  const after = world.state().agent.process;
  expect(after.at).toBe("starting");
  expect(after.at === "starting" && after.probe.complaint).toContain("another process answers");
});

test("facts about an earlier run change nothing", () => {
  const world = runningWorld();
  const before = world.state();
  const exit = {
    code: 1,
    signal: undefined,
    outOfMemory: false,
    spawnError: undefined,
    lastLines: [],
  };
  world.post({ on: "agent-exited", run: 99, exit, random: 0 });
  world.post({ on: "agent-probed", run: 99, outcome: { is: "unhealthy", why: "x" } });
  world.post({ on: "config-validated", number: 99, tookMs: 1 });
  world.post({ on: "config-refused", number: 99, why: "x" });
  expect(world.state()).toBe(before);
});

test("a local file that cannot be read as YAML leaves the last good configuration running", () => {
  const world = createWorld(withConfig(initialState(uid), { local: [baseLayer("a: [")] }));
  world.pass(1_000);
  expect(world.state().config.problem).toContain("base.yaml:1:");
  expect(world.running()).toEqual([]);
});

test("another content under the same hash is looked at", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  world.forget();
  world.post({ on: "config-offered", remote: { ...remoteOf("two"), hash: remoteOf("one").hash } });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 3", "write 3", "stop", "start 3"]);
});

test("a validation that comes late says nothing of a newer offer", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/two") ? "unknown type" : undefined);
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(5);
  world.post({ on: "config-offered", remote: remoteOf("two") });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 2", "validate 3"]);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash: remoteOf("two").hash });
});

test("a bad first offer before any configuration was good falls back to the local one", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.behave.diesAfterMs = (text) => (text.includes("nop/bad") ? 30 : Infinity);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(2_000);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.state().agent.process).toMatchObject({ at: "up" });
  expect(world.state().config.target?.remote).toBeUndefined();
});

test("a local configuration that finds no room on the disk is written as soon as there is some", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
    {
      writeFails: true,
    },
  );
  world.pass(12_000);
  expect(world.running()).toEqual([]);
  world.behave.writeFails = false;
  world.pass(6_000);
  expect(world.state().agent.process.at).toBe("up");
});

test("an instance id on its way is not lost when an offer that came with it is refused", () => {
  const world = runningWorld();
  const uid2 = "01900000-0000-7000-8000-000000000002";
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "unknown type" : undefined);
  world.post({ on: "identity-assigned", uid: uid2 });
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(1_000);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.state().config.target?.config.text).toContain(uid2);
});

test("an offer that comes before the first configuration is proven waits for it", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.behave.diesAfterMs = (text) => (text.includes("nop/bad") ? 30 : Infinity);
  world.pass(70);
  expect(world.state().agent.process.at).toBe("up");
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(2_000);
  expect(world.state().config.good?.number).toBe(1);
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
  expect(world.state().config.verdict).toMatchObject({ is: "failed" });
});

test("an offer does not wait for a first configuration that does not get up", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.behave.healthyAfterMs = (text) => (text.includes("nop/cure") ? 40 : Infinity);
  world.pass(1_000);
  world.post({ on: "config-offered", remote: remoteOf("cure") });
  world.pass(4_000);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("cure").hash });
});

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

test("a SIGHUP without effect is followed by a restart", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.reloadMs = Infinity;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(20_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "reload 2", "stop", "start 2"]);
  expect(world.state().config.verdict.is).toBe("applied");
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
  });
});

test("where the health check names no beginning a change takes a restart", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
    { tellsUpSince: false },
    { reload: "auto" },
  );
  world.pass(1_000);
  world.forget();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
});

test("an agent that was never healthy gets no SIGHUP, which would kill it", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
    { healthyAfterMs: (text) => (text.includes("nop/cure") ? 40 : Infinity) },
    { reload: "auto" },
  );
  world.pass(5_000);
  world.forget();
  world.post({ on: "config-offered", remote: remoteOf("cure") });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
});

test("a stop in the middle of a reload ends the agent", () => {
  const world = runningWorld({ reload: "auto" });
  world.behave.reloadMs = Infinity;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(100);
  world.post({ on: "stop-asked" });
  world.pass(1_000);
  expect(world.running()).toEqual([]);
});

test("an exit soon after APPLIED takes verdict and configuration back", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(10_000);
  expect(world.state().config.verdict.is).toBe("applied");
  world.crash();
  world.pass(1_000);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash: remoteOf("one").hash });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});

test("an exit after probation is a crash like any other", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(40_000);
  world.crash();
  world.pass(1_000);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 2 } });
});

test("an agent that ends again and again long after APPLIED goes back to the configuration before", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(120_000);
  world.behave.diesAfterMs = (text) => (text.includes("nop/one") ? 200 : Infinity);
  world.forget();
  world.crash();
  world.pass(120_000);
  expect(world.trace.filter((step) => step.startsWith("start"))).toEqual([
    ...Array<string>(4).fill("start 2"),
    "start 1",
  ]);
  expect(world.state().config.verdict).toMatchObject({
    is: "failed",
    why: expect.stringContaining("it was applied, but the agent ended 5 times in a row") as string,
  });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
  world.forget();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(10_000);
  expect(world.trace).toEqual([]);
});

test("without another configuration an agent that ends again and again is started ever more seldom", () => {
  const world = runningWorld();
  world.behave.diesAfterMs = () => 10;
  world.forget();
  world.crash();
  world.pass(30_000);
  expect(world.trace.length).toBeGreaterThanOrEqual(3);
  expect(world.trace.length).toBeLessThanOrEqual(5);
  world.forget();
  world.pass(3_600_000);
  expect(world.trace.length).toBeLessThan(90);
  expect(world.trace.length).toBeGreaterThan(40);
});

test("a hash that the server reuses for something that is refused stays failed", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "no" : undefined);
  const { hash } = remoteOf("one");
  world.post({ on: "config-offered", remote: { ...remoteOf("bad"), hash } });
  world.pass(10_000);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash });
  expect(world.state().config.target?.number).toBe(2);
});

test("lasting ill health in probation takes the configuration back, a short one does not", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(2_000);
  world.behave.healthyAfterMs = (text) => (text.includes("nop/one") ? Infinity : 40);
  world.pass(8_000);
  world.behave.healthyAfterMs = () => 40;
  world.pass(3_000);
  expect(world.state().config.verdict.is).toBe("applied");
  world.behave.healthyAfterMs = (text) => (text.includes("nop/one") ? Infinity : 40);
  world.pass(16_000);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.state().config.target?.number).toBe(1);
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

test("fallback files run instead of the local ones until a server is reached, and never again", () => {
  const local = [
    baseLayer(configText("base")),
    { name: "fallback.yaml", text: configText("fallback"), place: "fallback" as const },
  ];
  const world = createWorld(withConfig(initialState(uid), { local, fallback: true }));
  world.pass(1_000);
  expect(world.state().config.target?.config.text).toContain("nop/fallback");
  expect(world.state().config.target?.config.text).not.toContain("nop/base");
  world.post({ on: "server-reached" });
  world.pass(1_000);
  expect(world.state().config.target?.config.text).toContain("nop/base");
  expect(world.state().config.target?.config.text).not.toContain("nop/fallback");
  const settled = world.state();
  world.post({ on: "server-reached" });
  expect(world.state()).toBe(settled);
});
