import { resumption } from "../../../helpers/core/resumption.ts";
import { attachedAgent } from "../../../../src/supervisor/core/state/core-settings.ts";
import { expect, test } from "vitest";
import { restore, record } from "../../../../src/supervisor/core/report/journal.ts";
import { type Profile, report } from "../../../../src/supervisor/core/report/full-report.ts";
import type { BinaryFacts } from "../../../../src/agent-config/config.ts";
import {
  type State,
  initialState,
  withConfig,
} from "../../../../src/supervisor/core/state/state.ts";
import { createAttachedWorld, type AttachedWorld } from "../../../helpers/core/attached-world.ts";
import {
  binary,
  baseLayer,
  configText,
  uid,
  remoteOf,
} from "../../../helpers/core/core-samples.ts";

const profile: Profile = {
  capabilities: 0n,
  startsAgent: false,
  fallbackName: "otelcol",
  host: new Map(),
  identifying: new Map(),
  nonIdentifying: new Map(),
};

function startState(facts: BinaryFacts = binary, layers = [baseLayer(configText("base"))]): State {
  const state = initialState(uid);
  return {
    ...withConfig(state, { local: layers }),
    identity: { ...state.identity, binary: facts },
  };
}

/** The collector is there and runs the local configuration. */
function attached(
  ...changes: [
    Parameters<typeof createAttachedWorld>[1]?,
    Parameters<typeof createAttachedWorld>[2]?,
  ]
): AttachedWorld {
  const world = createAttachedWorld(startState(), ...changes);
  world.pass(50);
  world.launch();
  world.pass(2_000);
  expect(world.state().config.good?.number).toBe(1);
  world.trace.splice(0);
  world.log.splice(0);
  return world;
}

function offer(world: AttachedWorld, word: string): void {
  world.post({ on: "config-offered", remote: remoteOf(word) });
}

/** The state that a new supervisor finds on the disk. */
function fromDisk(world: AttachedWorld): State {
  const { identity } = world.state();
  const { at, aheadMs } = world.clocks();
  const kept = record(world.state());
  const { good, target, local, onDisk } = world.state().config;
  const texts = new Map(
    [good, target].flatMap((one) => (one === undefined ? [] : [[one.number, one.config.text]])),
  );
  const restored = restore(kept, texts, resumption(at, aheadMs));
  return { ...withConfig(restored, { local, onDisk }), identity };
}

function health(world: AttachedWorld) {
  return report(world.state(), profile).health;
}

test("the first configuration is there before anybody has started the agent, and its trial waits", () => {
  const world = createAttachedWorld(startState());
  world.pass(100);
  expect(world.trace).toEqual(["write 1", "look out"]);
  expect(world.file()).toContain("nop/base");
  expect(health(world)).toBeUndefined();
  world.pass(600_000);
  expect(health(world)).toMatchObject({ healthy: false, status: "waiting" });
  expect(health(world)?.lastError).toContain("none is there");
  expect(world.log).toContain("waiting for the agent");
  expect(world.state().config.problem).toBeUndefined();
  world.launch();
  world.pass(2_000);
  expect(world.trace).toEqual(["write 1", "look out", "runs as 41"]);
  expect(health(world)).toMatchObject({ healthy: true, status: "running" });
  expect(world.state().config.good?.number).toBe(1);
});

test("an offer that comes before the agent is applied as soon as the agent runs with it", () => {
  const world = createAttachedWorld(startState());
  world.pass(100);
  offer(world, "one");
  world.pass(100_000);
  expect(world.state().config.verdict).toMatchObject({ is: "applying" });
  expect(world.state().config.verdict).toMatchObject({
    note: expect.stringContaining("waiting") as string,
  });
  world.launch();
  world.pass(2_000);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.process()?.text).toContain("nop/one");
});

test("an agent that was there before its file is reloaded once it is healthy, never earlier", () => {
  const world = createAttachedWorld(startState(), { healthyAfterMs: () => 700 });
  world.launch(configText("own"));
  world.pass(500);
  expect(world.trace).not.toContain("reload 1");
  expect(report(world.state(), profile).effectiveConfig).toBeUndefined();
  world.pass(5_000);
  expect(world.trace).toEqual(["runs as 41", "write 1", "look out", "reload 1"]);
  expect(world.process()?.text).toContain("nop/base");
  expect(world.state().config.good?.number).toBe(1);
  expect(world.log).toContain("agent process found, it is older than its configuration file");
});

test("a new configuration is taken up by SIGHUP and proved by another upSince", () => {
  const world = attached();
  offer(world, "one");
  world.pass(2_000);
  expect(world.trace).toEqual(["write 2", "reload 2"]);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.process()?.pid).toBe(41);
});

test("a refused configuration touches neither the file nor the agent", () => {
  const world = attached({
    refuses: (text) => (text.includes("nop/bad") ? "unknown type" : undefined),
  });
  offer(world, "bad");
  world.pass(1_000);
  expect(world.trace).toEqual([]);
  expect(world.state().config.verdict).toMatchObject({ is: "failed" });
  expect(world.file()).toContain("nop/base");
});

test("a reload that ends the process puts the last good text back before anybody starts it again", () => {
  const world = attached({ diesAfterMs: (text) => (text.includes("nop/dies") ? 30 : Infinity) });
  offer(world, "dies");
  world.pass(500);
  expect(world.trace).toEqual(["write 2", "reload 2", "ends: by itself", "write 1", "look out"]);
  expect(world.state().config.verdict).toMatchObject({ is: "failed" });
  expect(JSON.stringify(world.state().config.verdict)).toContain("the agent's process ended");
  expect(health(world)).toMatchObject({ healthy: false, status: "waiting" });
  world.pass(3_000);
  expect(world.trace.at(-1)).toBe("runs as 42");
  expect(health(world)).toMatchObject({ healthy: true });
  expect(world.process()?.text).toContain("nop/base");
});

test("a process that was started on the bad text in between is not called good", () => {
  const dies = (text: string): number => (text.includes("nop/dies") ? 30 : Infinity);
  const world = attached({ diesAfterMs: dies, startsAgainMs: 0 });
  offer(world, "dies");
  world.pass(10_000);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.process()?.text).toContain("nop/base");
  expect(health(world)).toMatchObject({ healthy: true });
  expect(world.trace.filter((line) => line.startsWith("reload"))).toEqual(["reload 2"]);
});

test("a collector that takes nothing up is said to, and the old text is put back and reloaded", () => {
  const world = attached({ reloadMs: Infinity });
  offer(world, "one");
  world.pass(14_000);
  expect(world.state().config.verdict.is).toBe("applying");
  world.pass(1_500);
  const { verdict } = world.state().config;
  expect(verdict.is === "failed" ? verdict.why : "").toContain(
    "the collector did not take the configuration up within 15 s",
  );
  expect(world.trace).toEqual(["write 2", "reload 2", "write 1", "reload 1"]);
  expect(world.file()).toContain("nop/base");
  // The same upSince as when it was known: it still runs the old one.
  world.pass(30_000);
  expect(health(world)).toMatchObject({ healthy: true });
  expect(world.trace).toHaveLength(4);
});

test("an agent that is older than its file and takes nothing up is never called good or healthy", () => {
  const world = createAttachedWorld(startState(), { reloadMs: Infinity });
  world.launch(configText("own"));
  world.pass(120_000);
  expect(world.state().config.good).toBeUndefined();
  expect(world.trace.filter((line) => line.startsWith("reload"))).toEqual(["reload 1"]);
  expect(world.log).toContain("it is not known what the agent runs");
  expect(health(world)).toMatchObject({ healthy: false });
  expect(health(world)?.lastError).toContain("did not take the configuration up");
  world.kill();
  world.pass(5_000);
  expect(health(world)).toMatchObject({ healthy: true });
  expect(world.state().config.good).toBeDefined();
});

test("the end of a process of which nobody knows what it ran says nothing of an offer", () => {
  const world = createAttachedWorld(startState(), { healthyAfterMs: () => 5_000 });
  world.launch(configText("own"));
  offer(world, "one");
  world.pass(1_000);
  expect(world.state().agent.process.at).toBe("starting");
  world.kill();
  world.pass(500);
  expect(world.state().config.verdict.is).toBe("applying");
  world.pass(20_000);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("without upSince nothing is proved: the offer has failed, the process stays, its state is said", () => {
  const world = attached({ tellsUpSince: false });
  offer(world, "one");
  world.pass(60_000);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(world.trace).toEqual(["write 2", "reload 2", "write 1", "reload 1"]);
  expect(world.process()?.pid).toBe(41);
  expect(health(world)).toMatchObject({ healthy: false });
  expect(health(world)?.lastError).toContain("did not take the configuration up");
});

test("a configuration that takes the health check away from where it can be asked is taken back", () => {
  const mute = (text: string): number => (text.includes("nop/mute") ? Infinity : 40);
  const world = attached({ healthyAfterMs: mute });
  offer(world, "mute");
  world.pass(20_000);
  expect(world.trace).toEqual(["write 2", "reload 2", "write 1", "reload 1"]);
  expect(world.process()?.text).toContain("nop/base");
  expect(health(world)).toMatchObject({ healthy: true });
});

test("a signal that may not be sent fails the offer at once, with the reason, and is not sent again and again", () => {
  const world = attached();
  world.behave.signalFails = "may not be signalled";
  offer(world, "one");
  world.pass(60_000);
  const { verdict } = world.state().config;
  expect(verdict.is === "failed" ? verdict.why : "").toContain("may not be signalled");
  expect(world.trace).toEqual(["write 2", "reload 2", "write 1", "reload 1"]);
  expect(health(world)).toMatchObject({ healthy: true });
});

test("a restart command is refused where the agent is not ours to end", () => {
  const world = attached();
  world.post({ on: "restart-commanded" });
  world.pass(20_000);
  expect(world.trace).toEqual([]);
  expect(world.log).toContain("restart command refused");
  expect(health(world)).toMatchObject({ healthy: true });
});

test("where it may be ended, a restart command ends it and waits until it is back", () => {
  const world = attached({}, { kind: attachedAgent(true) });
  world.post({ on: "restart-commanded" });
  world.pass(5_000);
  expect(world.trace).toEqual(["stop", "ends: SIGTERM", "look out", "runs as 42"]);
  expect(health(world)).toMatchObject({ healthy: true });
  expect(world.log).not.toContain("agent process ended unexpectedly");
});

test("where it may be ended, a reload that cannot be proved is followed by a restart", () => {
  const world = attached({ reloadMs: Infinity }, { kind: attachedAgent(true) });
  offer(world, "one");
  world.pass(20_000);
  expect(world.trace.slice(0, 4)).toEqual(["write 2", "reload 2", "stop", "ends: SIGTERM"]);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.process()?.text).toContain("nop/one");
});

test("a restart that could not be done is given up, and the agent stays what it is", () => {
  const world = attached({}, { kind: attachedAgent(true) });
  world.behave.signalFails = "may not be signalled";
  world.post({ on: "restart-commanded" });
  world.pass(2_000);
  expect(world.trace).toEqual(["stop"]);
  world.behave.signalFails = undefined;
  world.pass(30_000);
  expect(world.process()?.pid).toBe(41);
  expect(health(world)).toMatchObject({ healthy: true });
});

test("an agent that was never healthy gets no SIGHUP, not even after a restart that could not be done", () => {
  const world = createAttachedWorld(
    startState(),
    { healthyAfterMs: () => Infinity, signalFails: "may not be signalled" },
    { kind: attachedAgent(true) },
  );
  world.pass(50);
  world.launch();
  world.pass(5_000);
  world.post({ on: "restart-commanded" });
  world.pass(100);
  expect(world.trace.at(-1)).toBe("stop");
  world.behave.signalFails = undefined;
  offer(world, "one");
  world.pass(30_000);
  expect(world.trace.join("\n")).not.toContain("reload");
});

test("a supervisor that comes back finds the same process and leaves it alone", () => {
  const world = attached();
  offer(world, "one");
  world.pass(2_000);
  world.trace.splice(0);
  world.restartSupervisor(fromDisk(world));
  world.pass(5_000);
  expect(world.trace).toEqual(["look out"]);
  expect(health(world)).toMatchObject({ healthy: true });
  expect(world.state().config.verdict.is).toBe("applied");
  expect(report(world.state(), profile).effectiveConfig).toBeDefined();
});

test("a supervisor that was killed between the file and the signal goes back to what was good", () => {
  const world = attached({ reloadMs: Infinity });
  offer(world, "one");
  world.pass(500);
  expect(world.trace).toEqual(["write 2", "reload 2"]);
  world.behave.reloadMs = 9;
  world.restartSupervisor(fromDisk(world));
  world.pass(5_000);
  expect(world.trace.slice(2)).toEqual(["write 1", "look out", "reload 1"]);
  expect(world.state().config.verdict.is).toBe("failed");
  expect(health(world)).toMatchObject({ healthy: true });
});

test("the end of the supervisor leaves the agent alone and a good text in its file", () => {
  const world = attached({ reloadMs: Infinity });
  world.post({ on: "stop-asked" });
  world.pass(60_000);
  expect(world.trace).toEqual([]);
  const other = attached({ reloadMs: Infinity });
  offer(other, "one");
  other.pass(500);
  other.post({ on: "stop-asked" });
  other.pass(60_000);
  expect(other.trace).toEqual(["write 2", "reload 2", "write 1"]);
  expect(other.process()?.pid).toBe(41);
});

test("an empty remote configuration parks the agent instead of stopping it, and that is said", () => {
  const world = createAttachedWorld(startState(binary, []));
  world.pass(50);
  world.launch();
  world.pass(2_000);
  const empty = { hash: "ee", digest: "empty", files: [], problem: undefined };
  world.post({ on: "config-offered", remote: empty });
  world.pass(2_000);
  expect(world.process()).toBeDefined();
  expect(world.state().config.target?.config).toMatchObject({ runs: true, parked: true });
  expect(world.state().config.target?.config.warnings.join()).toContain(
    "asks for the agent to be stopped",
  );
  expect(world.state().config.verdict.is).toBe("applied");
});

test("an agent that ends by itself is waited for, without a wait of our own", () => {
  const world = attached();
  world.kill();
  world.pass(100);
  expect(health(world)?.lastError).toContain("the agent's process ended");
  world.pass(3_000);
  expect(world.trace).toEqual(["ends: killed", "look out", "runs as 42"]);
  expect(health(world)).toMatchObject({ healthy: true });
  for (let times = 0; times < 4; times += 1) {
    world.kill();
    world.pass(50);
    expect(world.trace.at(-1)).toBe("look out");
    world.pass(2_000);
  }
  expect(health(world)).toMatchObject({ healthy: true });
});

test("a newer offer waits until the reload for the one before is proved", () => {
  const world = attached({ reloadMs: 800 });
  offer(world, "one");
  world.pass(300);
  offer(world, "two");
  world.pass(5_000);
  expect(world.trace).toEqual(["write 2", "reload 2", "write 3", "reload 3"]);
  expect(world.state().config.verdict.is).toBe("applied");
  expect(world.process()?.text).toContain("nop/two");
});

test("without a health check nothing is signalled, and an offer fails for that reason", () => {
  const world = createAttachedWorld(startState({ ...binary, hasHealthCheck: false }));
  world.pass(50);
  world.launch();
  world.pass(5_000);
  offer(world, "one");
  world.pass(30_000);
  const { verdict } = world.state().config;
  expect(verdict.is === "failed" ? verdict.why : "").toContain("no health check");
  expect(world.trace.filter((line) => line.startsWith("reload"))).toEqual([]);
});

/** A small seeded generator: the same storm for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function stormOf(seed: number, mayEnd: boolean): AttachedWorld {
  const random = randomFrom(seed);
  const world = createAttachedWorld(
    startState(),
    {
      healthyAfterMs: (text) => (text.includes("nop/slow") ? 3_000 : 40),
      diesAfterMs: (text) => (text.includes("nop/dies") ? 30 : Infinity),
      refuses: (text) => (text.includes("nop/refused") ? "unknown type" : undefined),
      startsAgainMs: random() * 3_000,
    },
    { kind: attachedAgent(mayEnd) },
  );
  if (random() < 0.5) world.launch(configText("own"));
  const words = ["one", "two", "slow", "dies", "refused"];
  const clock = randomFrom(seed + 10_000);
  const setClock = (): void => {
    const size = [300, 2_000, 3_600_000, 1e12][Math.floor(clock() * 4)] ?? 0;
    if (seed % 2 === 0 && clock() < 0.5) world.setClock(clock() < 0.5 ? -size : size);
  };
  for (let index = 0; index < 14; index += 1) {
    const roll = random();
    setClock();
    if (roll < 0.5) offer(world, words[Math.floor(random() * words.length)] ?? "one");
    else if (roll < 0.65) world.kill();
    else if (roll < 0.75) world.launch();
    else if (roll < 0.85) world.restartSupervisor(fromDisk(world));
    else if (roll < 0.9) world.post({ on: "restart-commanded" });
    else world.behave.reloadMs = world.behave.reloadMs === 9 ? 400 : 9;
    const waitMs = random() < 0.3 ? random() * 20_000 : random() * 90;
    world.pass(waitMs / 2);
    setClock();
    world.pass(waitMs / 2);
  }
  world.launch();
  world.pass(200_000);
  return world;
}

test.each([false, true])(
  "random storms settle on the target, the clock being set in half of them, and no agent is ended by a SIGHUP (may be ended: %s)",
  (mayEnd) => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const world = stormOf(seed, mayEnd);
      const { verdict, target, good, trial } = world.state().config;
      const name = `seed ${seed}`;
      expect.soft(world.trace.join("\n"), name).not.toContain("SIGHUP before");
      expect.soft(verdict.is, name).not.toBe("applying");
      expect.soft(trial, name).toBeUndefined();
      expect.soft(good?.number, name).toBe(target?.number);
      expect.soft(world.process()?.text, name).toBe(target?.config.text);
      expect.soft(health(world)?.healthy, name).toBe(true);
      if (verdict.is === "applied") expect.soft(target?.remote?.hash, name).toBe(verdict.hash);
    }
  },
);
