import { expect, test } from "vitest";
import { encodeServerToAgent, decodeServerToAgent } from "../../../src/opamp-client/wire/codec.ts";
import { addFrameHeader } from "../../../src/opamp-client/wire/ws-frame.ts";
import { fullServerToAgent } from "../../fixtures/wire/samples.ts";
import { groupsIn } from "../../helpers/opamp/fake-client.ts";
import { seededDice, mutateFrame } from "../../helpers/opamp/mutate-frame.ts";
import { startedPair } from "../../helpers/opamp/started-pair.ts";

test("the connection is an upgrade, without compression", async () => {
  const { server, link } = await startedPair("wsUrl");
  await link("accepted");
  const { request } = await server.seen.until((one) => one.saw === "request");
  expect(request).toMatchObject({ method: "GET", headers: { "sec-websocket-version": "13" } });
  expect(request.headers["sec-websocket-extensions"]).toBeUndefined();
});

test("each message is one binary frame that begins with a zero byte", async () => {
  const { server } = await startedPair("wsUrl");
  const { raw, binary } = await server.message(1);
  expect(binary).toBe(true);
  expect([...raw.subarray(0, 2)]).toEqual([0, 0x0a]);
});

test("several messages of the server's in a row are all handed on, in order", async () => {
  const { server, received } = await startedPair("wsUrl", { reply: () => undefined });
  const connection = await server.connection(1);
  for (const errorMessage of ["a", "b", "c"]) connection.send({ errorResponse: { errorMessage } });
  await received(3);
  const texts = [await received(1), await received(2), await received(3)];
  expect(texts.map((one) => one.errorResponse?.errorMessage)).toEqual(["a", "b", "c"]);
});

test("frames that are not OpAMP are thrown away and the connection stays", async () => {
  const { server, received, events } = await startedPair("wsUrl", { reply: () => undefined });
  const connection = await server.connection(1);
  const offer = encodeServerToAgent({ remoteConfig: {} });
  connection.sendRaw("\u0000");
  connection.sendRaw(Uint8Array.of(1, ...offer));
  connection.sendRaw(Uint8Array.of(0xac, 2, ...offer));
  connection.sendRaw(Uint8Array.of(0, 0xff, 0xff));
  connection.sendRaw(new Uint8Array());
  connection.sendRaw(Uint8Array.of(0x80, 0, ...offer));
  expect(await received(1)).toEqual({ remoteConfig: {} });
  expect(events.all.filter((event) => event.on === "message-discarded")).toHaveLength(5);
  expect(server.seen.all.filter((one) => one.saw === "close")).toEqual([]);
});

test("after a thousand broken messages a good one is understood, on the same connection", async () => {
  const { server, received, events } = await startedPair("wsUrl", { reply: () => undefined });
  const connection = await server.connection(1);
  for (const frame of brokenFrames(1_000)) connection.sendRaw(frame);
  connection.send({ remoteConfig: {} });
  expect(await received(1)).toEqual({ remoteConfig: {} });
  const reasons = events.all.flatMap((event) =>
    event.on === "message-discarded" ? [event.reason] : [],
  );
  expect(reasons).toHaveLength(1_000);
  expect(reasons.filter((reason) => !reason.startsWith("expected a protobuf"))).toEqual([]);
  expect(server.seen.all.filter((one) => one.saw === "close")).toEqual([]);
});

test("an empty message is an answer like any other", async () => {
  const { server, link, received } = await startedPair("wsUrl", { reply: () => undefined });
  (await server.connection(1)).sendRaw(Uint8Array.of(0));
  await link("accepted");
  expect(await received(1)).toEqual({});
});

test.each(["cut", "close"] as const)(
  "after a %s the client is back at once and tells everything",
  async (how) => {
    // The waits are long: only an immediate attempt can be seen.
    const { server, link } = await startedPair(
      "wsUrl",
      {},
      { firstRetryDelayMs: 600_000, maxRetryDelayMs: 600_000 },
    );
    await link("accepted");
    const connection = await server.connection(1);
    if (how === "cut") connection.cut();
    else connection.close(1001, "restarting");
    await link("accepted", 2);
    const { message, number } = await server.message(2);
    expect(number).toBe(2);
    expect(groupsIn(message)).toHaveLength(8);
    expect(message.sequenceNum).toBe(1n);
  },
);

test("what the server says when it closes is in the reason", async () => {
  const { server, link } = await startedPair("wsUrl");
  await link("accepted");
  (await server.connection(1)).close(1008, "not on the list");
  expect(await link("waiting")).toMatchObject({
    link: { reason: "the server closed the connection with code 1008: not on the list" },
  });
});

test("an answer over the limit is refused with code 1009", async () => {
  const { server, link } = await startedPair("wsUrl", {}, { maxMessageBytes: 1024 });
  await link("accepted");
  (await server.connection(1)).sendRaw(new Uint8Array(1025));
  const close = await server.seen.until((one) => one.saw === "close");
  expect(close.code).toBe(1009);
});

test("an answer of exactly the limit passes", async () => {
  const { server, received } = await startedPair(
    "wsUrl",
    { reply: () => undefined },
    { maxMessageBytes: 1024 },
  );
  const body = encodeServerToAgent({ remoteConfig: { configHash: new Uint8Array(1017) } });
  expect(body).toHaveLength(1023);
  (await server.connection(1)).sendRaw(Uint8Array.of(0, ...body));
  expect((await received(1)).remoteConfig?.configHash).toHaveLength(1017);
});

test("a goodbye is followed by close code 1000", async () => {
  const { server, client, link } = await startedPair("wsUrl");
  await link("accepted");
  await client.stop();
  const close = await server.seen.until((one) => one.saw === "close");
  expect(close.code).toBe(1000);
  expect(server.seen.all.at(-1)?.saw).toBe("close");
  expect(server.messages().at(-1)?.message.agentDisconnect).toEqual({});
});

test("a connection that is dead without a word is noticed and replaced", async () => {
  const { server, link } = await startedPair(
    "wsUrl",
    {},
    { pingIntervalMs: 20, pongTimeoutMs: 20 },
  );
  await link("accepted");
  (await server.connection(1)).freeze();
  await link("accepted", 2);
  expect((await server.connection(2)).number).toBe(2);
});

test("a connection that answers pings stays", async () => {
  const { server } = await startedPair("wsUrl", {}, { pingIntervalMs: 5, pongTimeoutMs: 30_000 });
  await server.seen.until((one) => one.saw === "ping", 3);
  expect(server.seen.all.filter((one) => one.saw === "connection")).toHaveLength(1);
});

test("an upgrade that is never answered ends with the connect timeout", async () => {
  const { link } = await startedPair(
    "wsUrl",
    { intercept: () => "hang" },
    { connectTimeoutMs: 20 },
  );
  expect(await link("waiting")).toMatchObject({
    link: { reason: expect.stringContaining("no answer within 20 ms") as string },
  });
});

test("there is never more than one connection", async () => {
  const { server, link } = await startedPair("wsUrl");
  for (let count = 1; count <= 4; count += 1) {
    await link("accepted", count);
    (await server.connection(count)).cut();
  }
  await link("accepted", 5);
  let open = 0;
  for (const one of server.seen.all) {
    if (one.saw === "connection") open += 1;
    if (one.saw === "close") open -= 1;
    expect(open).toBeLessThanOrEqual(1);
  }
});

/** Frames with a good header whose messages the codec refuses. */
function brokenFrames(count: number): Uint8Array[] {
  const messages = [encodeServerToAgent(fullServerToAgent)];
  const dice = seededDice(1);
  const broken: Uint8Array[] = [];
  while (broken.length < count) {
    const message = mutateFrame(messages, dice);
    try {
      decodeServerToAgent(message);
    } catch {
      broken.push(addFrameHeader(message));
    }
  }
  return broken;
}
test("a server that closes because a message was too large is sent less", async () => {
  const { server, link } = await startedPair("wsUrl", { reply: () => undefined });
  const { raw } = await server.message(1);
  (await server.connection(1)).close(1009);
  server.script.reply = () => ({});
  await link("accepted");
  const last = server.messages().at(-1)!;
  expect(last.raw.length).toBeLessThan(raw.length);
  expect(groupsIn(last.message)).toHaveLength(7);
});
