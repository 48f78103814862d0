import { resumption } from "../../../helpers/core/resumption.ts";
import { test, expect } from "vitest";
import {
  record,
  type Journal,
  restore,
  sameRecord,
  forgets,
} from "../../../../src/supervisor/core/report/journal.ts";
import {
  withConfig,
  initialState,
  type State,
} from "../../../../src/supervisor/core/state/state.ts";
import type { LocalLayer } from "../../../../src/agent-config/config.ts";
import { uid, baseLayer, configText, remoteOf } from "../../../helpers/core/core-samples.ts";
import { partWorld } from "../../../helpers/core/part-world.ts";
import { createWorld } from "../../../helpers/core/world.ts";

function runningWorld() {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(1_000);
  return world;
}

/** As the disk gives it back: everything that JSON cannot hold is lost here. */
function reopened(state: State): State {
  const journal = JSON.parse(JSON.stringify(record(state))) as Journal;
  const texts = new Map<number, string>();
  for (const generation of [state.config.good, state.config.target, state.config.previous]) {
    if (generation !== undefined) texts.set(generation.number, generation.config.text);
  }
  return restore(journal, texts, resumption());
}

test("a settled state comes back as it was", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  const back = reopened(world.state());
  expect(back.config.verdict).toEqual(world.state().config.verdict);
  // Which components to expect is known again when the layers are joined again.
  expect(back.config.target?.config).toEqual({
    ...world.state().config.target?.config,
    flows: undefined,
  });
  expect(back.config.target?.remote).toEqual(remoteOf("one"));
  expect(back.identity.uid).toBe(uid);
  expect(back.config.nextNumber).toBe(world.state().config.nextNumber);
});

test("the parts that matter to a reload of receivers alone are known after a restart of the supervisor", () => {
  const { world } = partWorld();
  const { target } = world.state().config;
  expect(target?.config.parts).toBeDefined();
  expect(reopened(world.state()).config.target?.config.parts).toEqual(target?.config.parts);
});

test("the configuration to go back to survives a restart of the supervisor", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(reopened(world.state()).config.previous?.number).toBe(1);
});

test("what stands for the local files until a server is reached does so after a restart too", () => {
  const fallback = { name: "fallback.yaml", text: configText("fallback"), place: "fallback" };
  const local = [baseLayer(configText("base")), fallback as LocalLayer];
  const world = createWorld(withConfig(initialState(uid), { local, fallback: true }));
  world.pass(1_000);
  const before = world.state();
  expect(reopened(before).config).toMatchObject({ fallback: true, target: { number: 1 } });
  const again = createWorld(withConfig(reopened(before), { local, onDisk: 1 }));
  again.pass(1_000);
  expect(again.state().config.target?.number).toBe(1);
  again.post({ on: "server-reached" });
  again.pass(1_000);
  expect(sameRecord(before, withConfig(before, { fallback: false }))).toBe(false);
  expect(reopened(again.state()).config).toMatchObject({ fallback: false });
});

test("an apply that was interrupted while it was tried counts as failed, and the good one is in force", () => {
  const world = runningWorld();
  world.behave.healthyAfterMs = () => Infinity;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(world.state().config.trial).toBeDefined();
  const back = reopened(world.state());
  expect(back.config.verdict).toMatchObject({ is: "failed", hash: remoteOf("one").hash });
  expect(back.config.target?.number).toBe(1);
});

test("an apply that was interrupted before it was in force counts as not begun", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(5);
  expect(reopened(world.state()).config.verdict).toEqual({ is: "unset" });
});

test("applied is not claimed when the generation is gone from the disk", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  const back = restore(record(world.state()), new Map(), resumption());
  expect(back.config.target).toBeUndefined();
  expect(back.config.verdict).toEqual({ is: "unset" });
});

test("a generation whose file was changed by somebody is not trusted", () => {
  const journal = record(runningWorld().state());
  const edited = new Map([[1, configText("edited")]]);
  expect(restore(journal, edited, resumption()).config.target).toBeUndefined();
});

test("a failed verdict stays failed over a restart", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "no" : undefined);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(100);
  const back = reopened(world.state());
  expect(back.config.verdict).toEqual(world.state().config.verdict);
  expect(back.config.target?.remote).toBeUndefined();
});

test("the restored agent starts on the good generation before anything else is asked", () => {
  const world = createWorld(reopened(runningWorld().state()));
  world.pass(1_000);
  expect(world.trace.slice(0, 3)).toEqual(["identify", "write 1", "start 1"]);
  const onDisk = createWorld(withConfig(reopened(runningWorld().state()), { onDisk: 1 }));
  expect(onDisk.trace[0]).toBe("start 1");
});

test("a local file that was changed while the supervisor was away is tried after the good one runs", () => {
  const before = withConfig(reopened(runningWorld().state()), { onDisk: 1 });
  const world = createWorld(withConfig(before, { local: [baseLayer(configText("edited"))] }));
  world.pass(2_000);
  expect(world.trace).toEqual(["start 1", "identify", "validate 2", "write 2", "stop", "start 2"]);
});

test("a probe leaves the journal alone", () => {
  const world = runningWorld();
  const before = world.state();
  world.pass(20_000);
  expect(world.state()).not.toBe(before);
  expect(sameRecord(before, world.state())).toBe(true);
});

test("credentials are forgotten when the former server is, or a request is answered", () => {
  const state = initialState(uid);
  const former = { settings: undefined, until: 1, lostSince: undefined, why: "" };
  const request = { at: "waiting", csr: "csr", key: "key", sent: true } as const;
  const before: State = { ...state, connections: { ...state.connections, former, request } };
  expect(forgets(before, state)).toBe(true);
  expect(
    forgets(before, { ...state, connections: { ...state.connections, former, request } }),
  ).toBe(false);
  expect(forgets(state, before)).toBe(false);
});

test("a verdict alone is something to record", () => {
  const state = initialState(uid);
  const verdict = { is: "applied", hash: "aa" } as const;
  expect(sameRecord(state, withConfig(state, { verdict }))).toBe(false);
});
