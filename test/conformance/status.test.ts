import { describe, test, expect } from "vitest";
import { ServerFlag } from "../../src/opamp-client/wire/messages.ts";
import { configText } from "../helpers/core/core-samples.ts";
import { someReport } from "../helpers/opamp/fake-client.ts";
import type { HttpAnswer } from "../helpers/opamp/fake-opamp-server.ts";
import {
  both,
  started,
  groups,
  sent,
  changed,
  inTurn,
  offerOf,
  statuses,
  seen,
} from "./fake-server.ts";
import { supervised, changesOfAgent } from "./supervised.ts";

const always = ["capabilities", "instanceUid", "sequenceNum"];

describe.each(both)("over %s", (over) => {
  test("C-071 C-236 C-243 the first message tells everything and nothing comes before it", async () => {
    const { server, link } = await started(over);
    await link("accepted");
    expect(groups(server)).toHaveLength(1);
    expect(groups(server)[0]).toHaveLength(8);
    expect(sent(server)[0]).toMatchObject({
      sequenceNum: 0n,
      customCapabilities: { capabilities: ["org.example"] },
      availableComponents: { hash: Uint8Array.of(5) },
    });
  });

  test("C-074 C-079 each change is told at once, and nothing beside it", async () => {
    const { server, client, received } = await started(over);
    const changes = [
      { health: { healthy: false } },
      { agentDescription: { nonIdentifyingAttributes: [{ key: "a", value: { intValue: 1n } }] } },
      { effectiveConfig: { configMap: { configMap: new Map([["x", {}]]) } } },
      { remoteConfigStatus: { status: 3, errorMessage: "no" } },
    ];
    let all = {};
    for (const [at, change] of changes.entries()) {
      await received(at + 1);
      all = { ...all, ...change };
      client.report(someReport(all));
    }
    await received(5);
    expect(groups(server).slice(1)).toEqual(changes.map((change) => Object.keys(change)));
  });

  test("C-075 an answer is no reason to speak", async () => {
    const { server, client, received } = await started(over, {
      reply: () => ({ capabilities: 7n }),
    });
    await received(1);
    client.report(someReport());
    client.report(changed(1));
    await received(2);
    expect(server.messages()).toHaveLength(2);
  });

  test("C-076 every part of a message is taken", async () => {
    const newInstanceUid = new Uint8Array(16).fill(9);
    const answer = inTurn({
      ...offerOf("1", configText("one")),
      agentIdentification: { newInstanceUid },
      flags: ServerFlag.ReportFullState,
      customCapabilities: { capabilities: ["org.example"] },
    });
    const { server, world } = await supervised(over, { reply: () => answer() ?? {} });
    await server.seen.until(
      (one) => one.saw === "message" && one.message.remoteConfigStatus?.status === 1,
    );
    expect(world.state().identity.uid).toBe("09090909-0909-0909-0909-090909090909");
    expect(world.running()[0]?.text).toContain("nop/one");
    expect(groups(server)[1]).toContain("agentDescription");
  });

  test("C-078 C-123 the same offer in each answer is applied once and reported once", async () => {
    const reply = () => offerOf("1", configText("one"));
    const { server, world } = await supervised(over, { reply }, { heartbeatIntervalMs: 10 });
    await server.seen.until(() => statuses(server).includes(1));
    await server.message(12);
    expect(changesOfAgent(world)).toBe(1);
    expect(["0,2,1", "0,1"]).toContain(statuses(server).join());
  });

  test("C-080 of a group that changed in part all of it is sent", async () => {
    const attributes = (b: string) => ({
      agentDescription: {
        identifyingAttributes: [
          { key: "a", value: { stringValue: "1" } },
          { key: "b", value: { stringValue: b } },
        ],
      },
    });
    const parts = (b: boolean) => ({
      health: {
        healthy: true,
        componentHealthMap: new Map([
          ["a", { healthy: true }],
          ["b", { healthy: b }],
        ]),
      },
    });
    const first = someReport({ ...attributes("1"), ...parts(true) });
    const { server, client, received } = await started(over, {}, {}, first);
    await received(1);
    client.report({ ...first, ...attributes("2"), ...parts(false) });
    await received(2);
    expect(sent(server)[1]?.agentDescription).toEqual(attributes("2").agentDescription);
    expect([...(sent(server)[1]?.health?.componentHealthMap?.keys() ?? [])]).toEqual(["a", "b"]);
  });

  test("C-081 C-082 C-083 C-084 C-085 C-086 C-095 C-237 C-248 a heartbeat has what every message has and no more", async () => {
    const { server } = await started(over, {}, { heartbeatIntervalMs: 10 });
    await server.message(4);
    for (const message of sent(server).slice(1)) {
      expect(Object.keys(message).sort()).toEqual(always);
    }
  });

  test("C-087 asked for the full state, it is told at once and once", async () => {
    const answer = inTurn({}, { flags: ServerFlag.ReportFullState });
    const { server, client, received } = await started(over, { reply: () => answer() ?? {} });
    await received(1);
    client.report(changed(1));
    await received(3);
    client.report(changed(2));
    await received(4);
    expect(groups(server).map(({ length }) => length)).toEqual([8, 1, 8, 1]);
    expect(sent(server).map(({ sequenceNum }) => sequenceNum)).toEqual([0n, 1n, 2n, 3n]);
  });
});

test("C-072 over HTTP an answer is expected in time", async () => {
  const hanging = inTurn<HttpAnswer>("hang");
  const { server, link } = await started("http", { intercept: hanging }, { answerTimeoutMs: 30 });
  await link("waiting");
  await link("accepted");
  expect(groups(server)[1]).toEqual(groups(server)[0]);
});

test("C-073 C-058 after a reconnect all is told again, under the next number", async () => {
  const { server, link } = await started("ws");
  await link("accepted");
  (await server.connection(1)).cut();
  await link("accepted", 2);
  expect(groups(server)[1]).toEqual(groups(server)[0]);
  expect(sent(server).map(({ sequenceNum }) => sequenceNum)).toEqual([0n, 1n]);
  expect(seen(server, "connection")).toHaveLength(2);
});

test.each<[string, HttpAnswer]>([
  ["500", { status: 500 }],
  ["a broken connection", "cut"],
  ["an answer that is no message", { body: Buffer.from("<html>") }],
])("C-088 C-058 over HTTP what met %s is told again", async (_what, answer) => {
  const { server, link } = await started("http", { intercept: inTurn(answer) });
  await link("accepted");
  expect(groups(server)[1]).toEqual(groups(server)[0]);
  expect(sent(server)[1]?.sequenceNum).toBe(1n);
});

test("C-088 over WebSocket what was on its way when the connection broke is told again", async () => {
  const { server, client, link } = await started("ws");
  await link("accepted");
  const connection = await server.connection(1);
  connection.freeze();
  client.report(changed(1));
  connection.cut();
  await link("accepted", 2);
  expect(sent(server).at(-1)?.health).toMatchObject({ status: "change 1" });
});

test.each(both)(
  "C-077 C-120 an offer is told of as APPLYING, then APPLIED, or at once, %s",
  async (over) => {
    const answer = inTurn(offerOf("1", configText("one")));
    const { server } = await supervised(over, { reply: () => answer() ?? {} });
    await server.seen.until(
      (one) => one.saw === "message" && one.message.remoteConfigStatus?.status === 1,
    );
    expect(["0,2,1", "0,1"]).toContain(statuses(server).join());
  },
);

test("C-059 over HTTP a refused message comes again under its number", async () => {
  const refusal = { status: 503, headers: { "retry-after": "0" } };
  const { server, link } = await started(
    "http",
    { intercept: inTurn<HttpAnswer>(refusal, refusal) },
    { throttledDelayMs: 5 },
  );
  await link("accepted");
  expect(sent(server).map(({ sequenceNum }) => sequenceNum)).toEqual([0n, 0n, 0n]);
  expect(groups(server)[2]).toEqual(groups(server)[0]);
});
