import { fleetView } from "../../helpers/core/fleet-view.ts";
import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import { reduce } from "../../../src/supervisor/core/reduce.ts";
import type { Fact } from "../../../src/supervisor/core/state/event.ts";
import { initialState } from "../../../src/supervisor/core/state/state.ts";
import { remoteOf, uid, binary, policy } from "../../helpers/core/core-samples.ts";
import { installedPackage, offeredPackage, packageOffer } from "../../helpers/core/packages.ts";
import { settingsOffer } from "../../helpers/core/offers.ts";
import { runningWorld, move } from "../../helpers/core/running-world.ts";

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

const settings = {
  endpoint: "wss://second.example.com/v1/opamp",
  headers: undefined,
  certificate: undefined,
  tls: undefined,
  proxy: undefined,
  heartbeatSeconds: undefined,
};

const exit = {
  code: 1,
  signal: undefined,
  outOfMemory: false,
  spawnError: undefined,
  lastLines: [],
};

const report = {
  sequenceNum: 1n,
  overtaken: 0,
  description: undefined,
  health: undefined,
  components: undefined,
  capabilities: [],
  message: undefined,
};

/** One of each, about things that nobody has asked for. */
const oneOfEach: { readonly [Name in Fact["on"]]: Extract<Fact, { readonly on: Name }> } = {
  "supervisor-started": { on: "supervisor-started" },
  "clock-set": { on: "clock-set", aheadMs: 5_000 },
  "config-offered": { on: "config-offered", remote: remoteOf("one") },
  "settings-offered": { on: "settings-offered", offer: settingsOffer("move", move) },
  "server-complained": { on: "server-complained", why: "x" },
  "server-capable": { on: "server-capable", bits: 0xffn },
  "server-proved": { on: "server-proved", settings },
  "server-refuted": { on: "server-refuted", settings, why: "x" },
  "server-lost": { on: "server-lost", why: "x" },
  "certificate-request-made": {
    on: "certificate-request-made",
    commonName: uid,
    csr: "request",
    key: "key",
  },
  "fact-failed": { on: "fact-failed", fact: { on: "ticked" }, why: "x" },
  "restart-commanded": { on: "restart-commanded" },
  "retry-asked": { on: "retry-asked" },
  "settings-read": {
    on: "settings-read",
    local: [],
    endpoint: "",
    newBinary: true,
    restartsAgent: true,
    lifts: true,
  },
  "server-reached": { on: "server-reached" },
  "identity-assigned": { on: "identity-assigned", uid: uid.replace(/1$/, "2") },
  "agent-identified": { on: "agent-identified", facts: binary },
  "config-validated": { on: "config-validated", number: 99, tookMs: 1 },
  "config-refused": { on: "config-refused", number: 99, why: "x" },
  "config-written": { on: "config-written", number: 99 },
  "step-begun": { on: "step-begun", step: { do: "look-at-log" } },
  "step-failed": { on: "step-failed", step: { do: "look-at-log" }, why: "x" },
  "agent-started": { on: "agent-started", run: 99, pid: 1 },
  "agent-adopted": {
    ...{ on: "agent-adopted", run: 99, pid: 1 },
    ...{ startedAt: wallTime(1), ageMs: undefined },
  },
  "fleet-seen": { on: "fleet-seen", run: 99, view: fleetView({}) },
  "fleet-unseen": { on: "fleet-unseen", run: 99, why: "x" },
  "rollout-answered": {
    on: "rollout-answered",
    ...{ run: 99, number: 1, order: { is: "refused", why: "x" } },
  },
  "agent-missing": { on: "agent-missing", run: 99, why: "x" },
  "agent-probed": { on: "agent-probed", run: 99, outcome: { is: "unhealthy", why: "x" } },
  "metrics-read": { on: "metrics-read", run: 99, outcome: { is: "unreadable", why: "x" } },
  "log-looked-at": { on: "log-looked-at", look: { is: "small" } },
  "agent-exited": { on: "agent-exited", run: 99, exit, random: 0 },
  "extension-connected": { on: "extension-connected", run: 99 },
  "extension-lost": { on: "extension-lost", run: 99 },
  "extension-reported": { on: "extension-reported", run: 99, said: report },
  "server-declared": { on: "server-declared", capabilities: [] },
  "server-messaged": {
    on: "server-messaged",
    message: { capability: "x", type: "y", data: new Uint8Array() },
  },
  "message-settled": { on: "message-settled" },
  "layers-told": { on: "layers-told", told: { unknown: "nobody asked" } },
  "packages-offered": { on: "packages-offered", offer: packageOffer("1.0.0") },
  "package-progressed": {
    on: "package-progressed",
    offered: offeredPackage("1.0.0"),
    progress: { phase: "downloading", percent: 1, bytesPerSecond: 1 },
  },
  "package-fetched": {
    on: "package-fetched",
    offered: offeredPackage("1.0.0"),
    installed: installedPackage(offeredPackage("1.0.0")),
    facts: binary,
  },
  "package-refused": {
    ...{ on: "package-refused", offered: offeredPackage("1.0.0") },
    ...{ why: "x", retryAfterMs: undefined },
  },
  "package-rollback-asked": { on: "package-rollback-asked" },
  "package-lost": { on: "package-lost", executable: "/state/packages/agent/2.0.0/otelcol" },
  "package-pinned": { on: "package-pinned", pinned: true },
  "binary-replaced": { on: "binary-replaced" },
  "storage-failed": { on: "storage-failed", why: "x" },
  "storage-works": { on: "storage-works" },
  "config-restored": { on: "config-restored" },
  "stop-asked": { on: "stop-asked" },
  stalled: { on: "stalled" },
  ticked: { on: "ticked" },
};

test.each(Object.values(oneOfEach))(
  "$on is legal before anything has happened, and leads to no agent",
  (fact) => {
    const { process } = reduce(initialState(uid), { ...fact, at: 1_000 }, policy).agent;
    expect(process.at).toBe("down");
  },
);

test.each(Object.values(oneOfEach).filter(({ on }) => on !== "stop-asked"))(
  "$on leaves a running agent the process that it is",
  (fact) => {
    const world = runningWorld();
    const { process } = reduce(world.state(), { ...fact, at: world.now() }, policy).agent;
    expect(process).toMatchObject({ at: "up", run: 1, generation: { number: 1 } });
  },
);

test("a moment at which nothing is due gives the same state", () => {
  const world = runningWorld();
  expect(reduce(world.state(), { on: "ticked", at: world.now() }, policy)).toBe(world.state());
});
