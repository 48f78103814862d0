import { expect, onTestFinished, test } from "vitest";
import {
  AgentCapability,
  ServerFlag,
  ServerErrorType,
} from "../../src/opamp-client/wire/messages.ts";
import { watchedClient, someReport, groupsIn, someUid } from "../helpers/opamp/fake-client.ts";
import { startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";
import { type Over, startedPair } from "../helpers/opamp/started-pair.ts";

const both: Over[] = ["wsUrl", "httpUrl"];
const unhealthy = someReport({ health: { healthy: false } });

test.each(both)(
  "%s: the first message tells everything and the answer makes the link accepted",
  async (over) => {
    const { server, link, events } = await startedPair(over);
    const first = await server.message(1);
    await link("accepted");
    expect(groupsIn(first.message)).toHaveLength(8);
    expect(first.message).toMatchObject({ instanceUid: someUid, sequenceNum: 0n });
    const views = events.all.flatMap((event) =>
      event.on === "link-changed" ? [event.link.at] : [],
    );
    expect(views).toEqual(["connecting", "open", "accepted"]);
  },
);

test.each(both)("%s: a change is sent by itself, without waiting for a heartbeat", async (over) => {
  const { server, client, link } = await startedPair(over);
  await link("accepted");
  client.report(unhealthy);
  const { message } = await server.message(2);
  expect(groupsIn(message)).toEqual(["health"]);
  expect(message.sequenceNum).toBe(1n);
});

test.each(both)("%s: a report that came before start is the first message", async (over) => {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  const { client, link } = watchedClient({ endpoint: server[over] });
  onTestFinished(() => client.stop());
  client.start();
  if (over === "wsUrl") await link("open");
  client.report(unhealthy);
  expect((await server.message(1)).message.health).toEqual({});
});

test.each(both)("%s: heartbeats come with nothing but the always-set fields", async (over) => {
  const { server } = await startedPair(over, {}, { heartbeatIntervalMs: 20 });
  const third = await server.message(3);
  expect(Object.keys(third.message).sort()).toEqual(["capabilities", "instanceUid", "sequenceNum"]);
  expect(server.messages().map(({ message }) => message.sequenceNum)).toEqual([0n, 1n, 2n]);
});

test("over WebSocket there are no heartbeats without the capability, over HTTP polls go on", async () => {
  const ws = await startedPair("wsUrl", {}, { heartbeatIntervalMs: 5 });
  const http = await startedPair("httpUrl", {}, { heartbeatIntervalMs: 5 });
  const capabilities = AgentCapability.ReportsHealth;
  ws.client.report(someReport({ capabilities }));
  http.client.report(someReport({ capabilities }));
  await ws.link("accepted");
  const settled = ws.server.messages().length;
  await http.server.message(8);
  // One more change shows that nothing was sent in between that is merely late.
  ws.client.report(someReport({ capabilities, health: { healthy: false } }));
  await ws.server.message(settled + 1);
  const last = ws.server.messages().at(-1)!;
  expect(groupsIn(last.message)).toEqual(["health"]);
});

test.each(both)("%s: a new heartbeat interval counts at once", async (over) => {
  const { server, client, link } = await startedPair(over);
  await link("accepted");
  client.setHeartbeatInterval(10);
  await server.message(3);
});

test.each(both)("%s: an answer is no reason to speak", async (over) => {
  const { server, received, client } = await startedPair(over, {
    reply: () => ({ capabilities: 7n }),
  });
  await received(1);
  client.report(someReport());
  client.report(unhealthy);
  await received(2);
  expect(server.messages()).toHaveLength(2);
});

test.each(both)(
  "%s: the full state is told at once when it is asked for, and not in a storm",
  async (over) => {
    const reply = (): { flags: bigint } => ({ flags: ServerFlag.ReportFullState });
    const { server, client, received } = await startedPair(over, { reply });
    await received(2);
    client.report(unhealthy);
    await received(3);
    const groups = server.messages().map(({ message }) => groupsIn(message).length);
    expect(groups).toEqual([8, 8, 1]);
  },
);

test.each(both)(
  "%s: messages for us and for nobody are handed on, those for others are not",
  async (over) => {
    const answers = [
      { instanceUid: new Uint8Array(16).fill(3), command: {} },
      { instanceUid: someUid, flags: 0n, remoteConfig: {} },
      { instanceUid: new Uint8Array(), agentIdentification: {} },
    ];
    const { server, client, events, received } = await startedPair(over, {
      reply: () => answers.shift(),
    });
    await events.until((event) => event.on === "message-discarded");
    expect(
      events.all.some((event) => event.on === "link-changed" && event.link.at === "accepted"),
    ).toBe(false);
    client.report(unhealthy);
    expect((await received(1)).remoteConfig).toEqual({});
    client.report(someReport());
    expect((await received(2)).agentIdentification).toEqual({});
    expect(server.messages()).toHaveLength(3);
  },
);

test.each(both)("%s: what was sent to the former id is still for us", async (over) => {
  const { client, received } = await startedPair(over, { reply: () => ({ instanceUid: someUid }) });
  await received(1);
  client.report(someReport({ instanceUid: new Uint8Array(16).fill(3) }));
  expect((await received(2)).instanceUid).toEqual(someUid);
});

test.each(both)("%s: of a message with an error only the error is handed on", async (over) => {
  const errorResponse = { type: ServerErrorType.BadRequest, errorMessage: "no" };
  const { server, client, received, events } = await startedPair(over, {
    reply: () => ({ errorResponse, remoteConfig: {}, flags: 1n }),
  });
  expect(await received(1)).toEqual({ errorResponse });
  client.report(unhealthy);
  await received(2);
  expect(groupsIn(server.messages()[1]!.message)).toEqual(["health"]);
  expect(
    events.all.some((event) => event.on === "link-changed" && event.link.at === "accepted"),
  ).toBe(false);
});

test.each(both)(
  "C-260 %s: a server that is unavailable is left alone for as long as it says, then told all",
  async (over) => {
    const retryInfo = { retryAfterNanoseconds: 150_000_000n };
    const errorResponse = { type: ServerErrorType.Unavailable, errorMessage: "busy", retryInfo };
    let answers = 0;
    const { server, link } = await startedPair(over, {
      reply: () => ((answers += 1) === 1 ? { errorResponse } : {}),
    });
    await link("accepted");
    const [first, ...later] = server.messages();
    const again = later.at(-1)!;
    expect(again.at - first!.at).toBeGreaterThanOrEqual(150);
    expect(groupsIn(again.message)).toHaveLength(8);
    // A WebSocket is left with a goodbye; what an overloaded server of HTTP gets is nothing.
    const goodbyes = later.slice(0, -1).map(({ message }) => message);
    expect(goodbyes.map(groupsIn)).toEqual(over === "wsUrl" ? [[]] : []);
    expect(goodbyes.every(({ agentDisconnect }) => agentDisconnect !== undefined)).toBe(true);
  },
);

test.each(both)("%s: while there is no server only the latest report is kept", async (over) => {
  const gone = await startFakeServer();
  const { port } = gone;
  await gone.close();
  const { client, link, events } = watchedClient({ endpoint: gone[over] });
  onTestFinished(() => client.stop());
  client.report(someReport());
  client.start();
  await link("waiting", 2);
  for (let count = 1; count <= 100; count += 1) {
    client.report(someReport({ health: { status: `change ${count}` } }));
  }
  const server = await startFakeServer({ port });
  onTestFinished(() => server.close());
  await link("accepted");
  expect(server.messages()).toHaveLength(1);
  const { message } = await server.message(1);
  expect(message).toMatchObject({ sequenceNum: 0n, health: { status: "change 100" } });
  const waiting = events.all.find(
    (event) => event.on === "link-changed" && event.link.at === "waiting",
  );
  expect(waiting).toMatchObject({
    link: { reason: expect.stringContaining("nothing listens there") as string },
  });
});

test.each(both)(
  "%s: 503 with Retry-After is waited for, and the number is used again",
  async (over) => {
    let refusals = 0;
    const { server, link } = await startedPair(over, {
      intercept: () =>
        (refusals += 1) === 1 ? { status: 503, headers: { "retry-after": "1" } } : undefined,
    });
    await link("accepted");
    const requests = server.seen.all.filter((one) => one.saw === "request");
    expect(requests[1]!.at - requests[0]!.at).toBeGreaterThanOrEqual(1000);
    expect(server.messages().at(-1)!.message.sequenceNum).toBe(0n);
  },
);

test.each(both)("%s: 401 is said in words and tried again with growing waits", async (over) => {
  const { link, events, server } = await startedPair(over, { intercept: () => ({ status: 401 }) });
  await link("waiting", 3);
  const reasons = events.all.flatMap((event) =>
    event.on === "link-changed" && event.link.at === "waiting" ? [event.link.reason] : [],
  );
  expect(reasons[0]).toContain("the credentials were not accepted");
  expect(server.seen.all.filter((one) => one.saw === "request").length).toBeGreaterThanOrEqual(3);
});

test.each(both)("%s: configured headers are on every request", async (over) => {
  const headers = new Map([
    ["Authorization", ["Bearer abc"]],
    ["X-Two", ["a", "b"]],
  ]);
  const { server, link } = await startedPair(over, {}, { headers });
  await link("accepted");
  const { request } = await server.seen.until((one) => one.saw === "request");
  expect(request).toMatchObject({
    target: "/v1/opamp",
    headers: { authorization: "Bearer abc", "x-two": "a, b" },
  });
});

test.each(both)(
  "%s: headers that can never work end in a waiting link, not in an exception",
  async (over) => {
    const { link } = await startedPair(
      over,
      {},
      { headers: new Map([["X-Bad", ["line\nbreak"]]]) },
    );
    await link("waiting");
  },
);

test.each(both)("%s: stopping tells the last changes and says goodbye", async (over) => {
  const { server, client, link } = await startedPair(over);
  await link("accepted");
  await client.stop(unhealthy);
  const last = server.messages().at(-1)!.message;
  expect(last).toMatchObject({ agentDisconnect: {}, sequenceNum: 1n });
  expect(groupsIn(last)).toEqual(["health"]);
  await link("closed");
});

test.each(both)("%s: stopping is bounded when the server says nothing any more", async (over) => {
  const { server, client, link } = await startedPair(over);
  await link("accepted");
  if (over === "httpUrl") server.script.intercept = () => "hang";
  else (await server.connection(1)).freeze();
  await client.stop(unhealthy);
  await link("closed");
});

test.each(both)(
  "%s: a client that has no connection stops at once, and one that never started too",
  async (over) => {
    const gone = await startFakeServer();
    await gone.close();
    const { client, link } = watchedClient({ endpoint: gone[over], stopTimeoutMs: 600_000 });
    await client.stop();
    client.report(someReport());
    client.start();
    await link("waiting");
    await client.stop();
  },
);

test.each(both)("%s: a second stop waits for the first", async (over) => {
  const { server, client, link } = await startedPair(over);
  await link("accepted");
  const order: string[] = [];
  await Promise.all([
    client.stop().then(() => order.push("first")),
    client.stop().then(() => order.push("second")),
  ]);
  expect(order).toEqual(["first", "second"]);
  await link("closed");
  expect(server.messages()).toHaveLength(2);
});

test.each(both)("%s: a client can be started again, and its numbers go on", async (over) => {
  const { server, client, link } = await startedPair(over);
  await link("accepted");
  await client.stop();
  client.start();
  await link("accepted", 2);
  expect(server.messages().map(({ message }) => message.sequenceNum)).toEqual([0n, 1n, 2n]);
  expect(groupsIn(server.messages()[2]!.message)).toHaveLength(8);
});

test.each(both)(
  "%s: a report over the limit goes without the effective configuration, once",
  async (over) => {
    const { server, client, link, events } = await startedPair(over, {}, { maxMessageBytes: 1024 });
    await link("accepted");
    const configMap = { configMap: new Map([["", { body: new Uint8Array(2000) }]]) };
    client.report(someReport({ effectiveConfig: { configMap } }));
    await events.until((event) => event.on === "message-discarded");
    const changes = { remoteConfigStatus: { status: 3 }, health: { healthy: false } };
    client.report(someReport({ effectiveConfig: { configMap }, ...changes }));
    const { message } = await server.message(2);
    expect(groupsIn(message).sort()).toEqual(["health", "remoteConfigStatus"]);
    expect(message.sequenceNum).toBe(1n);
  },
);

test.each(both)(
  "%s: a report that is too large in any case is left out, and its number stays free",
  async (over) => {
    const { server, client, link, events } = await startedPair(over, {}, { maxMessageBytes: 1024 });
    await link("accepted");
    const health = { lastError: "x".repeat(2000) };
    client.report(someReport({ health }));
    await events.until((event) => event.on === "message-discarded");
    client.report(someReport({ health, remoteConfigStatus: { status: 3 } }));
    const { message } = await server.message(2);
    expect(groupsIn(message)).toEqual(["remoteConfigStatus"]);
    expect(message.sequenceNum).toBe(1n);
  },
);

test.each(both)(
  "%s: a first report that is too large is told without its largest part, and no request makes it loop",
  async (over) => {
    const reply = (): { flags: bigint } => ({ flags: ServerFlag.ReportFullState });
    const { server, client, received, events } = await startedPair(
      over,
      { reply },
      { maxMessageBytes: 1024 },
    );
    await received(2);
    const health = { lastError: "x".repeat(2000) };
    client.report(someReport({ health, remoteConfigStatus: { status: 3 } }));
    await received(3);
    expect(groupsIn(server.messages()[2]!.message)).toEqual(["remoteConfigStatus"]);
    const discarded = events.all.filter((event) => event.on === "message-discarded");
    expect(discarded).toMatchObject([
      { reason: expect.stringContaining("sent without the health") as string },
    ]);
    expect(server.messages()).toHaveLength(3);
  },
);

test.each(both)(
  "%s: an answer over the limit is not processed and the client comes back",
  async (over) => {
    let answers = 0;
    const large = { remoteConfig: { configHash: new Uint8Array(2000) } };
    const { events, link } = await startedPair(
      over,
      { reply: () => ((answers += 1) === 1 ? large : {}) },
      { maxMessageBytes: 1024 },
    );
    await link("waiting");
    await link("accepted");
    const messages = events.all.filter((event) => event.on === "message-received");
    expect(messages).toEqual([{ on: "message-received", message: {} }]);
  },
);

test.each(both)("%s: a custom message goes once to a server that knows it", async (over) => {
  const message = { capability: "org.example", type: "t", data: Uint8Array.of(1) };
  const customCapabilities = { capabilities: ["org.example"] };
  const { server, client, events, link } = await startedPair(over, {
    reply: ({ sequenceNum }) => (sequenceNum === 0n ? { customCapabilities } : {}),
  });
  await link("accepted");
  client.sendCustomMessage(message);
  await events.until((event) => event.on === "custom-message-settled");
  const { message: second } = await server.message(2);
  expect(second).toMatchObject({ sequenceNum: 1n, customMessage: message });
  expect(groupsIn(second)).toEqual(["customMessage"]);
  client.report(unhealthy);
  expect((await server.message(3)).message.customMessage).toBeUndefined();
});

test("a custom message that was given before the connection waits for the server's word", async () => {
  const customCapabilities = { capabilities: ["org.example"] };
  const server = await startFakeServer({ script: { reply: () => ({ customCapabilities }) } });
  onTestFinished(() => server.close());
  const { client } = watchedClient({ endpoint: server.wsUrl, stopTimeoutMs: 200 });
  onTestFinished(() => client.stop());
  client.report(someReport());
  client.sendCustomMessage({ capability: "org.example", type: "early" });
  client.start();
  expect((await server.message(1)).message.customMessage).toBeUndefined();
  expect((await server.message(2)).message.customMessage).toMatchObject({ type: "early" });
});

test("a custom message that the server does not know is discarded, and the next one may come", async () => {
  const { client, events, link } = await startedPair("wsUrl", { reply: () => ({}) });
  await link("accepted");
  client.sendCustomMessage({ capability: "org.example" });
  await events.until((event) => event.on === "custom-message-settled");
  const discarded = events.all.find((event) => event.on === "message-discarded");
  expect(discarded).toMatchObject({ reason: expect.stringContaining("org.example") as string });
});
