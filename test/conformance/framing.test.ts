import { test, expect } from "vitest";
import { encodeServerToAgent, decodeAgentToServer } from "../../src/opamp-client/wire/codec.ts";
import { readFrame } from "../../src/opamp-client/wire/ws-frame.ts";
import { offerOf, started, changed, discarded, seen } from "./fake-server.ts";

const silent = { reply: () => undefined };
const offer = offerOf("1", "a: 1");
const body = encodeServerToAgent(offer);

test("C-009 C-010 each message is one binary frame: a zero byte and a message", async () => {
  const { server, client, link } = await started("ws");
  await link("accepted");
  client.report(changed(1));
  await server.message(2);
  for (const { raw, binary, message } of server.messages()) {
    expect(binary).toBe(true);
    expect(raw[0]).toBe(0);
    expect(decodeAgentToServer(raw.subarray(1))).toEqual(message);
  }
});

test.each<[string, Uint8Array | string]>([
  ["C-009 a text frame", Buffer.from([0, ...body]).toString("latin1")],
  ["C-011 a header of one", Uint8Array.of(1, ...body)],
  ["C-011 C-013 a header of 300 in two bytes", Uint8Array.of(0xac, 2, ...body)],
  ["C-012 a header of eleven bytes", Uint8Array.of(...Array<number>(10).fill(0x80), 0, ...body)],
  ["C-012 a header without an end", Uint8Array.of(0x80, 0x80)],
  ["C-274 a body that is no message", Uint8Array.of(0, 0xff, 0xff, 0xff)],
])("%s is thrown away, told, and the next message counts", async (_what, frame) => {
  const pair = await started("ws", silent);
  const connection = await pair.server.connection(1);
  connection.sendRaw(frame);
  connection.send({ capabilities: 7n });
  expect(await pair.received(1)).toEqual({ capabilities: 7n });
  expect(discarded(pair)).toHaveLength(1);
});

test.each([1, 2, 3, 9])("C-012 C-013 a zero with %i bytes more is a header", async (more) => {
  const { server, received } = await started("ws", silent);
  const header = [...Array<number>(more).fill(0x80), 0];
  (await server.connection(1)).sendRaw(Uint8Array.of(...header, ...body));
  expect(await received(1)).toEqual(offer);
});

test("C-012 a header that goes on for ever is not read behind the frame", () => {
  expect(readFrame(new Uint8Array(20).fill(0x80))).toBeUndefined();
  expect(readFrame(new Uint8Array())).toBeUndefined();
});

test("C-014 an empty body is an answer, and no reason to say anything", async () => {
  const { server, client, received, link } = await started("ws", silent);
  (await server.connection(1)).sendRaw(Uint8Array.of(0));
  expect(await received(1)).toEqual({});
  await link("accepted");
  client.report(changed(1));
  await server.message(2);
  expect(server.messages()).toHaveLength(2);
  expect(seen(server, "close")).toEqual([]);
});

test("C-015 messages without a question are taken, each and in order", async () => {
  const { server, received } = await started("ws", silent);
  const connection = await server.connection(1);
  await server.message(1);
  const offers = ["1", "2", "3"].map((hash) => offerOf(hash, "a: 1"));
  for (const each of offers) connection.send(each);
  expect([await received(1), await received(2), await received(3)]).toEqual(offers);
  expect(server.messages()).toHaveLength(1);
});
