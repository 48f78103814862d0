import { test, expect, describe } from "vitest";
import { fillOptions } from "../../src/opamp-client/transport/client-options.ts";
import { decodeAgentToServer } from "../../src/opamp-client/wire/codec.ts";
import { createConversation } from "../../src/opamp-client/conversation.ts";
import {
  ServerFlag,
  type ServerToAgent,
  ServerErrorType,
  type AgentToServer,
} from "../../src/opamp-client/wire/messages.ts";
import { record } from "../../src/supervisor/core/report/journal.ts";
import { uid, configText } from "../helpers/core/core-samples.ts";
import { groupsIn } from "../helpers/opamp/fake-client.ts";
import type { FakeServer, HttpAnswer } from "../helpers/opamp/fake-opamp-server.ts";
import { sent, changed, both, offerOf, statuses, inTurn, seen, requests } from "./fake-server.ts";
import { supervised, changesOfAgent, settledWorld } from "./supervised.ts";

// Ways of servers that users point a supervisor at, each played by the fake one: with the real client and the real core
// the conversation comes to rest with each of them.

/** Full states are an hour apart, however long the test takes. */
const often = { heartbeatIntervalMs: 5, fullStateIntervalMs: 3_600_000 };
const askFull = { flags: ServerFlag.ReportFullState };

/** How many messages told everything. */
function fullReports(server: FakeServer): number {
  return sent(server).filter((message) => message.agentDescription !== undefined).length;
}

/** When full states go out, in ms, to a server that asks for one in each reply, while heartbeats and changes go on. */
function fullStateTimes(durationMs: number): readonly number[] {
  const endpoint = "http://server:4320/v1/opamp";
  const options = fillOptions({ endpoint, heartbeatIntervalMs: 1_000 });
  const conversation = createConversation(options, () => undefined);
  const times: number[] = [];
  conversation.connected(endpoint);
  for (let now = 0; now < durationMs; now += 100) {
    conversation.report(changed(Math.floor(now / 700)));
    const message = conversation.next(now);
    if (message === undefined) continue;
    if (groupsIn(decodeAgentToServer(message.body)).length > 5) times.push(now);
    conversation.take(askFull, now);
  }
  return times;
}

test("C-087 asked in every reply, the full state goes out twice at first and then never within five seconds", () => {
  const [first, second, ...later] = fullStateTimes(120_000);
  expect(first).toBe(0);
  expect(second).toBeLessThanOrEqual(1_000);
  const distances = later.map((at, index) => at - (later[index - 1] ?? second ?? 0));
  expect(distances.length).toBeGreaterThan(5);
  expect(Math.min(...distances)).toBeGreaterThanOrEqual(5_000);
});

describe.each(both)("over %s", (over) => {
  test("a server for monitoring that asks for the full state in every reply", async () => {
    const { server, world } = await supervised(over, { reply: () => askFull }, often);
    await server.message(30);
    expect(fullReports(server)).toBe(2);
    expect(changesOfAgent(world)).toBe(0);
  });

  test("a toy that says capabilities 0 and asks for everything, components too, on each heartbeat", async () => {
    const flags = ServerFlag.ReportFullState | ServerFlag.ReportAvailableComponents;
    const reply = (): ServerToAgent => ({ capabilities: 0n, flags });
    const { server } = await supervised(over, { reply }, often);
    await server.message(30);
    expect(fullReports(server)).toBe(2);
    const whole = sent(server).filter((one) => one.availableComponents?.components !== undefined);
    expect(whole).toHaveLength(1);
    expect(sent(server)[0]?.effectiveConfig).toBeDefined();
    // An empty health would be read as the end of the agent.
    for (const { health } of sent(server)) expect(health ?? { healthy: true }).not.toEqual({});
  });

  test("one that puts the same JSON configuration into every reply", async () => {
    const body = JSON.stringify({
      receivers: { "nop/remote": null },
      service: { pipelines: { traces: { receivers: ["nop/remote"] } } },
    });
    const reply = () => ({
      capabilities: 0x7n,
      ...offerOf("a-sha-256", body, "config.json", "application/json"),
    });
    const { server, world } = await supervised(over, { reply }, often);
    await server.message(30);
    expect(changesOfAgent(world)).toBe(1);
    expect(fullReports(server)).toBe(1);
    expect(["0,2,1", "0,1"]).toContain(statuses(server).join());
    // What it leaves out of the pipeline is that of the local file.
    expect(world.running()[0]?.text).toMatch(/nop\/remote[^]*exporters: \[ ?nop ?\]/);
  });

  test("one that takes a new id and new settings for granted in its first reply", async () => {
    const newInstanceUid = new Uint8Array(16).fill(0xee);
    const first: ServerToAgent = {
      agentIdentification: { newInstanceUid },
      connectionSettings: {
        hash: Uint8Array.of(1),
        opamp: { headers: { headers: [{ key: "Authorization", value: "Bearer new" }] } },
      },
    };
    const answer = inTurn(first);
    const { server, world } = await supervised(over, { reply: () => answer() ?? {} }, often);
    await server.message(10);
    const uids = sent(server).map(({ instanceUid }) => Buffer.from(instanceUid).toString("hex"));
    const former = uid.replaceAll("-", "");
    expect(new Set(uids)).toEqual(new Set([former, "ee".repeat(16)]));
    expect(uids.lastIndexOf(former)).toBeLessThan(uids.indexOf("ee".repeat(16)));
    expect(record(world.state()).uid).not.toBe(uid);
    // The new id is in the agent's own telemetry too: one change, and nothing is reported of the settings.
    expect(changesOfAgent(world)).toBe(1);
    expect(fullReports(server)).toBe(2);
    expect(sent(server).some((one) => one.connectionSettingsStatus !== undefined)).toBe(false);
    expect(seen(server, "close")).toEqual([]);
  });

  test("one that has nothing to offer yet and names a dead address for the agent's own metrics", async () => {
    const ownMetrics = { destinationEndpoint: "http://localhost:4318/v1/metrics" };
    const reply = (): ServerToAgent => ({
      ...offerOf("empty", ""),
      connectionSettings: { hash: Uint8Array.of(1), ownMetrics },
    });
    const { server, world } = await supervised(over, { reply }, often);
    await server.message(20);
    expect(statuses(server).at(-1)).toBe(1);
    expect(changesOfAgent(world)).toBe(0);
    expect(world.running()[0]?.text).toContain("nop/base");
    expect(world.running()[0]?.text).not.toContain("4318");
  });

  test("one whose hash is a list of names, and whose messages come twice", async () => {
    const offer = offerOf("log_pipelines:3,metrics:1", configText("edited"), "collector.yaml");
    const replies = inTurn<ServerToAgent>(
      { ...offer, ...askFull },
      { ...offer, ...askFull },
      offer,
    );
    const { server, world } = await supervised(over, { reply: () => replies() ?? {} }, often);
    await server.message(20);
    expect(changesOfAgent(world)).toBe(1);
    expect(fullReports(server)).toBeLessThanOrEqual(3);
    const last = sent(server).findLast((one) => one.effectiveConfig !== undefined);
    const parts = [...(last?.effectiveConfig?.configMap?.configMap?.values() ?? [])];
    expect(parts).toHaveLength(1);
    expect(new TextDecoder().decode(parts[0]?.body)).toBe(world.running()[0]?.text);
    const status = sent(server).findLast((one) => one.remoteConfigStatus !== undefined);
    expect(new TextDecoder().decode(status?.remoteConfigStatus?.lastRemoteConfigHash)).toBe(
      "log_pipelines:3,metrics:1",
    );
  });

  test("one that is not available until somebody has set it up", async () => {
    const waitMs = 60;
    const errorResponse = {
      type: ServerErrorType.Unavailable,
      retryInfo: { retryAfterNanoseconds: BigInt(waitMs) * 1_000_000n },
    };
    const answer = inTurn({ errorResponse }, { errorResponse }, { errorResponse });
    const reply = (message: AgentToServer): ServerToAgent | undefined =>
      message.agentDisconnect ? undefined : (answer() ?? offerOf("1", configText("one")));
    const { server, world } = await supervised(over, { reply }, {});
    await server.seen.until(() => statuses(server).includes(1));
    const questions = server.messages().filter(({ message }) => !message.agentDisconnect);
    const times = questions.map(({ at }) => at);
    for (const at of [1, 2, 3]) {
      expect((times[at] ?? 0) - (times[at - 1] ?? 0)).toBeGreaterThanOrEqual(waitMs);
    }
    expect(fullReports(server)).toBe(4);
    expect(changesOfAgent(world)).toBe(1);
  });

  test("one that sends all it has in each reply, the id that we have among it", async () => {
    const reply = (): ServerToAgent => ({
      instanceUid: Buffer.from(uid.replaceAll("-", ""), "hex"),
      ...offerOf("1", configText("one"), "collector.yaml"),
      agentIdentification: { newInstanceUid: Buffer.from(uid.replaceAll("-", ""), "hex") },
      packagesAvailable: { packages: new Map([["", {}]]), allPackagesHash: Uint8Array.of(1) },
      connectionSettings: { hash: Uint8Array.of(2), opamp: { heartbeatIntervalSeconds: 0n } },
      customCapabilities: { capabilities: [] },
    });
    const { server, world } = await supervised(over, { reply }, often);
    await server.message(30);
    expect(changesOfAgent(world)).toBe(1);
    expect(fullReports(server)).toBe(1);
  });

  test("one that offers what the collector refuses, again and again: FAILED once, no validation in a loop", async () => {
    const world = settledWorld({
      refuses: (text) => (text.includes("nop/bad") ? "no" : undefined),
    });
    const reply = () => offerOf("1", configText("bad"));
    const { server } = await supervised(over, { reply }, often, world);
    await server.message(30);
    expect(statuses(server).filter((status) => status === 3)).toHaveLength(1);
    expect(world.trace.filter((done) => done.startsWith("validate"))).toHaveLength(1);
    expect(changesOfAgent(world)).toBe(0);
  });

  test("one whose offers have no hash, in every reply", async () => {
    const { config = {} } = offerOf("", configText("one")).remoteConfig;
    const { server, world } = await supervised(
      over,
      { reply: () => ({ remoteConfig: { config } }) },
      often,
    );
    await server.message(30);
    expect(changesOfAgent(world)).toBe(1);
    expect(statuses(server).filter((status) => status === 1)).toHaveLength(1);
  });
});

test("one that takes nothing but the exact type, and fails while its store is down", async () => {
  const broken: HttpAnswer = { status: 500 };
  const reply = () => offerOf("1", configText("one"), "config.json");
  const script = { intercept: inTurn(broken, broken, broken), reply };
  const { server, world } = await supervised("http", script, often);
  await server.message(20);
  for (const { headers } of requests(server)) {
    expect(headers["content-type"]).toBe("application/x-protobuf");
  }
  expect(fullReports(server)).toBe(4);
  expect(changesOfAgent(world)).toBe(1);
});

test("one that says the same again after a reconnect", async () => {
  const reply = () => offerOf("1", configText("one"));
  const { server, world } = await supervised("ws", { reply }, often);
  await server.seen.until(() => statuses(server).includes(1));
  (await server.connection(1)).cut();
  await server.connection(2);
  await server.seen.until((one) => one.saw === "message" && one.number === 2, 10);
  expect(changesOfAgent(world)).toBe(1);
  const again = server.messages().filter(({ number }) => number === 2);
  expect(again[0]?.message.remoteConfigStatus?.status).toBe(1);
  expect(again.slice(1).flatMap(({ message }) => groupsIn(message))).toEqual([]);
});
