import { test, expect } from "vitest";
import { advanceOffers } from "../../../../src/supervisor/core/connections/offer.ts";
import { ConfigStatus } from "../../../../src/opamp-client/wire/messages.ts";
import { report } from "../../../../src/supervisor/core/report/full-report.ts";
import { policy, remoteOf } from "../../../helpers/core/core-samples.ts";
import { connectionTo, opampOffer } from "../../../helpers/core/offers.ts";
import {
  runningWorld,
  offer,
  move,
  status,
  restarted,
  second,
} from "../../../helpers/core/running-world.ts";
import { createWorld } from "../../../helpers/core/world.ts";

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
    startsAgent: true,
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

test("of many settings for what the agent does not have only the first are named", () => {
  const world = runningWorld();
  const settings = { ...connectionTo("https://o"), settings: [] };
  const others = Array.from({ length: 1_000 }, (_, index) => [`n${index}`, settings] as const);
  offer(world, "other", { others });
  world.pass(5_000);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringMatching(/^other_connections: .{1,900}"n19"; and 980 more$/) as string,
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

test("APPLIED is told when the connection in use is the offered one, and not before", () => {
  const world = runningWorld();
  offer(world, "move", move);
  const { underWay } = world.state().connections;
  world.pass(100);
  const { connections } = world.state();
  const waiting = { ...connections, underWay, status: { is: "applying", hash: "aa" } as const };
  const statusWith = (changes: Partial<typeof connections>) => {
    const state = { ...world.state(), connections: { ...waiting, ...changes } };
    return advanceOffers(state, world.now(), policy).connections.status;
  };
  expect(underWay).toBeDefined();
  expect(statusWith({ connectedWith: undefined })).toMatchObject({ is: "applying" });
  expect(statusWith({})).toMatchObject({ is: "applied" });
});
