import { test, expect } from "vitest";
import { offered, written } from "../../../../src/supervisor/core/config/propose.ts";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import {
  remoteOf,
  uid,
  baseLayer,
  configText,
  policy,
} from "../../../helpers/core/core-samples.ts";
import { connectionTo } from "../../../helpers/core/offers.ts";
import { runningWorld, offer, status } from "../../../helpers/core/running-world.ts";
import { createWorld } from "../../../helpers/core/world.ts";

test("a refused offer does not touch the running agent", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "unknown type: nop" : undefined);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(60_000);
  expect(world.trace).toEqual(["validate 2"]);
  expect(world.state().config.verdict).toMatchObject({ is: "failed", hash: remoteOf("bad").hash });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
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

test("a newer offer overtakes one that is still being validated", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(5);
  world.post({ on: "config-offered", remote: remoteOf("two") });
  world.pass(1_000);
  expect(world.trace).toEqual(["validate 2", "validate 3", "write 3", "stop", "start 3"]);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("two").hash });
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

test("own telemetry for an agent without a configuration is validated before it is tried", () => {
  const world = createWorld();
  world.pass(1_000);
  world.behave.refuses = () => "not with us";
  offer(world, "own", { telemetry: { metrics: connectionTo("https://m") } });
  world.pass(5_000);
  expect(status(world)).toMatchObject({ is: "failed" });
});

test("an offer that cannot even be read fails at once, with its reason", () => {
  const world = runningWorld();
  const remote = { ...remoteOf("one"), problem: "not UTF-8" };
  const { config } = offered(world.state(), remote, world.now(), policy);
  expect(config.verdict).toMatchObject({
    is: "failed",
    why: expect.stringContaining("not UTF-8") as string,
  });
  expect(config.candidate).toBeUndefined();
  expect(config.target).toBe(world.state().config.target);
});

test("a start may take four times as long as the validation, and never less than a minute", () => {
  const world = runningWorld();
  const limitOf = (validationMs: number, startTimeoutMs?: number): number | undefined => {
    const offering = offered(world.state(), remoteOf("one"), world.now(), policy);
    const { candidate } = offering.config;
    const valid = withConfig(offering, { candidate: { ...candidate!, at: "valid", validationMs } });
    return written(valid, 2, world.now(), { ...policy, startTimeoutMs }).config.trial
      ?.startTimeoutMs;
  };
  expect(limitOf(100)).toBe(60_000);
  expect(limitOf(20_000)).toBe(80_000);
  expect(limitOf(20_000, 5_000)).toBe(5_000);
});

test("local files that the binary does not finish looking at are run when there is nothing else", () => {
  const local = [baseLayer(configText("base"))];
  const world = createWorld(withConfig(initialState(uid), { local }), {
    neverFinishes: true,
    validationMs: 60_000,
    healthyAfterMs: () => 200_000,
  });
  world.pass(600_000);
  expect(world.trace.filter((step) => /^(?:validate|start)/.test(step))).toEqual([
    "validate 1",
    "start 1",
  ]);
  expect(world.state().config).toMatchObject({ good: { number: 1 }, problem: undefined });
});

test("local files that the binary does not finish looking at take nothing's place that runs", () => {
  const world = runningWorld();
  world.behave.neverFinishes = true;
  const local = [baseLayer(configText("other"))];
  const nothing = { newBinary: false, restartsAgent: false, lifts: false } as const;
  world.post({ on: "settings-read", endpoint: "", ...nothing, local });
  world.pass(600_000);
  expect(world.trace).toEqual(["validate 2"]);
  expect(world.state().config.problem).toContain("it did not finish");
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});
