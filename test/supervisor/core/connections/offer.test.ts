import { test, expect } from "vitest";
import { ConfigStatus } from "../../../../src/opamp-client/wire/messages.ts";
import { record, type Journal, restore } from "../../../../src/supervisor/core/report/journal.ts";
import { report } from "../../../../src/supervisor/core/report/full-report.ts";
import type { CoreSettings } from "../../../../src/supervisor/core/state/core-settings.ts";
import {
  withConfig,
  initialState,
  type State,
} from "../../../../src/supervisor/core/state/state.ts";
import { baseLayer, configText, uid, remoteOf } from "../../../helpers/core-samples.ts";
import { settingsOffer, opampOffer, connectionTo } from "../../../helpers/offers.ts";
import { type World, createWorld } from "../../../helpers/world.ts";

const second = "wss://second.example.com/v1/opamp";

function runningWorld(policyChanges: Partial<CoreSettings> = {}): World {
  const local = [baseLayer(configText("base"))];
  const world = createWorld(withConfig(initialState(uid), { local }), {}, policyChanges);
  world.pass(1_000);
  world.post({ on: "server-reached" });
  world.forget();
  return world;
}

function offer(world: World, word: string, parts: Parameters<typeof settingsOffer>[1]): void {
  world.post({ on: "settings-offered", offer: settingsOffer(word, parts) });
}

const move = { opamp: opampOffer({ endpoint: second }) };
const status = (world: World): State["connections"]["status"] => world.state().connections.status;

function restarted(state: State): State {
  const journal = JSON.parse(JSON.stringify(record(state))) as Journal;
  const { identity } = state;
  const { target, good, local } = state.config;
  const texts = new Map(
    [target, good].flatMap((one) => (one ? [[one.number, one.config.text]] : [])),
  );
  return { ...withConfig(restore(journal, texts), { local }), identity };
}

test("C-138 C-143 a new server is proved beside the old one, then used, then APPLIED is told", () => {
  const world = runningWorld();
  offer(world, "move", move);
  expect(world.trace).toEqual([`prove ${second}`]);
  expect(status(world)).toMatchObject({ is: "applying" });
  expect(world.state().connections.server).toBeUndefined();
  world.pass(100);
  expect(world.trace).toEqual([`prove ${second}`, `use ${second}`]);
  expect(status(world)).toMatchObject({ is: "applied" });
  expect(world.state().connections.server).toMatchObject({ endpoint: second });
});

test("C-144 a new server that cannot be used changes nothing and is told with its reason", () => {
  const world = runningWorld();
  world.behave.refutes = () => "the new server cannot be used: nobody listens there";
  offer(world, "move", move);
  world.pass(100);
  expect(world.trace).toEqual([`prove ${second}`]);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("nobody") as string,
  });
  expect(world.state().connections.server).toBeUndefined();
});

test("C-132 C-136 what local limits forbid is FAILED without a connection", () => {
  const world = runningWorld();
  offer(world, "move", { opamp: opampOffer({ endpoint: "ws://first.example.com" }) });
  expect(world.trace).toEqual([]);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("encrypted") as string,
  });
});

test("C-134 the same offer again changes nothing, whatever became of it", () => {
  const world = runningWorld();
  world.behave.refutes = () => "no";
  offer(world, "move", move);
  world.pass(100);
  const before = world.state();
  offer(world, "move", move);
  expect(world.state()).toBe(before);
  world.behave.refutes = () => undefined;
  offer(world, "again", move);
  world.pass(100);
  expect(status(world)).toMatchObject({ is: "applied" });
});

test("an offer that says what is so is applied at once", () => {
  const world = runningWorld();
  offer(world, "move", move);
  world.pass(100);
  world.forget();
  offer(world, "the same", move);
  expect(world.trace).toEqual([]);
  expect(status(world)).toMatchObject({
    is: "applied",
    hash: Buffer.from("the same").toString("hex"),
  });
});

test("C-093 another heartbeat needs no connection", () => {
  const world = runningWorld();
  offer(world, "beat", { opamp: opampOffer({ heartbeatSeconds: 7 }) });
  expect(world.trace).toEqual([]);
  expect(status(world)).toMatchObject({ is: "applied" });
  expect(world.state().connections.server?.heartbeatSeconds).toBe(7);
});

test("a new server that is gone soon after is given up, and FAILED is told to the former", () => {
  const world = runningWorld();
  offer(world, "move", move);
  world.pass(1_000);
  world.forget();
  world.post({ on: "server-lost", why: "the connection broke" });
  world.pass(14_000);
  expect(world.trace).toEqual([]);
  world.pass(2_000);
  expect(world.trace).toEqual(["use the written"]);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("the connection broke") as string,
  });
});

test("a new server that is back in time keeps its place, and later nothing costs it that", () => {
  const world = runningWorld();
  offer(world, "move", move);
  world.pass(1_000);
  world.post({ on: "server-lost", why: "a blink" });
  world.pass(5_000);
  world.post({ on: "server-reached" });
  world.pass(60_000);
  expect(world.state().connections.former).toBeUndefined();
  world.forget();
  world.post({ on: "server-lost", why: "for long" });
  world.pass(600_000);
  expect(world.trace).toEqual([]);
  expect(status(world)).toMatchObject({ is: "applied" });
});

test("C-139 whatever was not finished is begun anew by the next life", () => {
  const world = runningWorld();
  offer(world, "move", move);
  const next = createWorld(restarted(world.state()));
  next.post({ on: "supervisor-started" });
  next.pass(2_000);
  expect(next.trace.filter((step) => /prove|use/.test(step))).toEqual([
    `prove ${second}`,
    `use ${second}`,
  ]);
  expect(status(next)).toMatchObject({ is: "applied" });
});

test("what was accepted is in force in the next life, and its trial goes on", () => {
  const world = runningWorld();
  offer(world, "move", move);
  world.pass(1_000);
  const next = createWorld(restarted(world.state()));
  next.post({ on: "supervisor-started" });
  expect(next.state().connections.server).toMatchObject({ endpoint: second });
  next.post({ on: "server-lost", why: "nobody listens" });
  next.pass(20_000);
  expect(next.trace).toContain("use the written");
});

test("C-137 own telemetry becomes part of the configuration, tried like any other", () => {
  const world = runningWorld();
  const telemetry = { metrics: connectionTo("https://sink/v1/metrics") };
  offer(world, "own", { telemetry });
  world.pass(5_000);
  expect(world.state().config.good?.connections.telemetry).toEqual(telemetry);
  expect(status(world)).toMatchObject({ is: "applied" });
});

test("C-133 a kind that is not offered stays, and an empty address ends its kind", () => {
  const world = runningWorld();
  offer(world, "m", { telemetry: { metrics: connectionTo("https://m") } });
  world.pass(5_000);
  offer(world, "l", { telemetry: { traces: connectionTo("https://t") } });
  world.pass(5_000);
  expect(Object.keys(world.state().connections.accepted.telemetry)).toEqual(["metrics", "traces"]);
  offer(world, "off", { telemetry: { metrics: connectionTo("") } });
  world.pass(5_000);
  expect(Object.keys(world.state().connections.accepted.telemetry)).toEqual(["traces"]);
  expect(status(world)).toMatchObject({ is: "applied" });
});

test("an offer waits until the configuration is at rest, and a configuration until the offer is", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  offer(world, "own", { telemetry: { metrics: connectionTo("https://m") } });
  expect(world.state().connections.wanted).toBeDefined();
  world.pass(5_000);
  expect(world.state().config.verdict).toMatchObject({ is: "applied", hash: remoteOf("one").hash });
  expect(status(world)).toMatchObject({ is: "applied" });
  expect(world.state().config.good?.connections.telemetry.metrics).toBeDefined();
});

test("C-135 C-140 APPLYING, APPLIED and FAILED are reported with the hash, byte for byte", () => {
  const world = runningWorld();
  const profile = {
    capabilities: 0xffffn,
    fallbackName: "agent",
    host: new Map(),
    identifying: new Map(),
    nonIdentifying: new Map(),
  };
  const told = (): unknown => report(world.state(), profile).connectionSettingsStatus;
  const hash = Uint8Array.from(Buffer.from("move"));
  expect(told()).toEqual({ status: ConfigStatus.Unset });
  offer(world, "move", move);
  expect(told()).toEqual({ lastConnectionSettingsHash: hash, status: ConfigStatus.Applying });
  world.pass(100);
  expect(told()).toEqual({ lastConnectionSettingsHash: hash, status: ConfigStatus.Applied });
  world.behave.refutes = () => "no";
  offer(world, "bad", { opamp: opampOffer({ endpoint: "wss://third" }) });
  world.pass(100);
  expect(told()).toMatchObject({ status: ConfigStatus.Failed, errorMessage: "no" });
});

test("a retry tries an offer again that failed", () => {
  const world = runningWorld();
  world.behave.refutes = () => "no";
  offer(world, "move", move);
  world.pass(100);
  world.behave.refutes = () => undefined;
  world.post({ on: "retry-asked" });
  world.pass(100);
  expect(status(world)).toMatchObject({ is: "applied" });
});

test("another endpoint in supervisor.yaml wins over what was offered", () => {
  const world = runningWorld();
  offer(world, "move", move);
  world.pass(100);
  const { local } = world.state().config;
  const nothing = { newBinary: false, restartsAgent: false, lifts: false };
  world.post({ on: "settings-read", local, endpoint: "wss://third/v1/opamp", ...nothing });
  expect(world.state().connections).toMatchObject({ server: undefined, status: { is: "unset" } });
});

test("what cannot be done of one kind keeps none of the others, and is told", () => {
  const world = runningWorld();
  const proxied = { ...connectionTo("https://t"), proxy: { url: "proxy:1", headers: [] } };
  offer(world, "own", { telemetry: { metrics: connectionTo("https://m"), traces: proxied } });
  world.pass(5_000);
  expect(Object.keys(world.state().config.good?.connections.telemetry ?? {})).toEqual(["metrics"]);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("own_traces: proxy") as string,
  });
});

test("C-197 settings for what the agent does not have are FAILED by name", () => {
  const world = runningWorld();
  const settings = { ...connectionTo("https://o"), settings: [] };
  offer(world, "other", { others: [["otlp/nowhere", settings]] });
  world.pass(5_000);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: 'other_connections: nothing is named "otlp/nowhere"',
  });
});

test("C-194 of other connections only what is offered changes", () => {
  const world = runningWorld();
  const first = { ...connectionTo("https://o"), settings: [["a", "1"] as const] };
  offer(world, "first", { others: [["otlp", first]] });
  world.pass(5_000);
  const headers = [["A", "b"] as const];
  const more = { ...connectionTo(""), headers, settings: [["b", "2"] as const] };
  offer(world, "second", { others: [["otlp", more]] });
  world.pass(5_000);
  expect(world.state().connections.accepted.others).toEqual([
    [
      "otlp",
      {
        ...first,
        headers,
        settings: [
          ["a", "1"],
          ["b", "2"],
        ],
      },
    ],
  ]);
});

test("own telemetry that the binary refuses is gone again, and what runs goes on", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("https://m") ? "invalid keys" : undefined);
  offer(world, "own", { telemetry: { metrics: connectionTo("https://m") } });
  world.pass(5_000);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: "the agent's configuration: invalid keys",
  });
  expect(world.trace.filter((step) => /start|stop|reload/.test(step))).toEqual([]);
  expect(world.state().connections.accepted.telemetry).toEqual({});
});

test("own telemetry on which the agent dies is taken back with its configuration", () => {
  const world = runningWorld();
  world.behave.diesAfterMs = (text) => (text.includes("https://m") ? 30 : Infinity);
  offer(world, "own", { telemetry: { metrics: connectionTo("https://m") } });
  world.pass(5_000);
  expect(status(world)).toMatchObject({ is: "failed" });
  expect(world.state().agent.process).toMatchObject({ at: "up", generation: { number: 1 } });
});

test("own telemetry on which it dies later is taken back too, and the remote configuration is not blamed", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(60_000);
  world.behave.diesAfterMs = (text) => (text.includes("https://m") ? 5_000 : Infinity);
  offer(world, "own", { telemetry: { metrics: connectionTo("https://m") } });
  world.pass(20_000);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("it was applied, but") as string,
  });
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("one").hash });
  expect(world.state().config.good?.connections.telemetry).toEqual({});
});

test("own telemetry for an agent without a configuration is validated before it is tried", () => {
  const world = createWorld();
  world.pass(1_000);
  world.behave.refuses = () => "not with us";
  offer(world, "own", { telemetry: { metrics: connectionTo("https://m") } });
  world.pass(5_000);
  expect(status(world)).toMatchObject({ is: "failed" });
});

test("a connection that is lost again and again changes nothing but once, and then only the reason", () => {
  const world = runningWorld();
  world.post({ on: "server-capable", bits: 0x27n });
  world.post({ on: "server-lost", why: "broke" });
  const before = world.state();
  world.post({ on: "server-lost", why: "broke" });
  expect(world.state()).toBe(before);
  world.post({ on: "server-lost", why: "refused" });
  const link = { ...before.connections.link, why: "refused" };
  expect(world.state()).toEqual({ ...before, connections: { ...before.connections, link } });
});
