import { randomBytes } from "node:crypto";
import { gunzipSync, deflateRawSync, constants } from "node:zlib";
import { onTestFinished, expect, test } from "vitest";
import type { ClientOptions } from "../../src/opamp-client/transport/client-options.ts";
import { decodeAgentToServer, encodeServerToAgent } from "../../src/opamp-client/wire/codec.ts";
import type { Report } from "../../src/opamp-client/session.ts";
import { type Watched, watchedClient, someReport } from "../helpers/opamp/fake-client.ts";
import { type FakeServer, startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";

async function started(
  over: "ws" | "http",
  report: Report,
  options: Partial<ClientOptions> = { compression: true },
  deflate = true,
): Promise<Watched & { readonly server: FakeServer }> {
  const server = await startFakeServer({ deflate });
  const endpoint = over === "ws" ? server.wsUrl : server.httpUrl;
  const watched = watchedClient({ endpoint, stopTimeoutMs: 200, ...options });
  onTestFinished(() => watched.client.stop());
  watched.client.report(report);
  watched.client.start();
  return { server, ...watched };
}

/** A report with a configuration of this text. */
function reportOf(body: Uint8Array): Report {
  return someReport({ effectiveConfig: { configMap: { configMap: new Map([["", { body }]]) } } });
}

const large = reportOf(new TextEncoder().encode("receivers: {}\n".repeat(1_000)));
const small = someReport();

async function firstPost(
  report: Report,
  options: Partial<ClientOptions>,
): Promise<{ readonly raw: Uint8Array; readonly encoding: unknown }> {
  const { server, link } = await started("http", report, options);
  await link("accepted");
  const { raw, message } = await server.message(1);
  expect(message.health).toEqual(report.health);
  const { request } = await server.seen.until((one) => one.saw === "request");
  expect(request.headers["content-length"]).toBe(`${raw.length}`);
  return { raw, encoding: request.headers["content-encoding"] };
}

test("C-032 C-033 a large body is gzip, and says so", async () => {
  const { raw, encoding } = await firstPost(large, { compression: true });
  expect(encoding).toBe("gzip");
  expect([...raw.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  expect(raw.length).toBeLessThan(1_024);
  expect(decodeAgentToServer(gunzipSync(raw)).effectiveConfig).toEqual(large.effectiveConfig);
});

test.each([
  ["a small body", small, true],
  ["one that gzip makes no smaller", reportOf(randomBytes(4_000)), true],
  ["one where nobody asked for it", large, false],
])("C-033 %s goes as it is, and says nothing", async (_what, report, compression) => {
  const { raw, encoding } = await firstPost(report, { compression });
  expect(encoding).toBeUndefined();
  expect(raw[0]).toBe(0x0a);
});

test("news that come while a body is packed go with the next one", async () => {
  const { server, client, link } = await started("http", large);
  await link("connecting");
  client.report({ ...large, health: { healthy: true, status: "news" } });
  await server.seen.until((one) => one.saw === "message" && one.message.health?.status === "news");
});

test("a client that is stopped while a body is packed sends nothing more", async () => {
  const { server, client } = await started("http", large);
  await client.stop();
  const sent = server.messages().length;
  expect(sent).toBeLessThanOrEqual(2);
});

test("over WebSocket a large message is compressed where the server agrees", async () => {
  const { server, link } = await started("ws", large);
  await link("accepted");
  const { request } = await server.seen.until((one) => one.saw === "request");
  expect(request.headers["sec-websocket-extensions"]).toMatch(
    /permessage-deflate.*server_no_context_takeover.*client_no_context_takeover/,
  );
  expect((await server.message(1)).message.effectiveConfig).toEqual(large.effectiveConfig);
  expect((await server.connection(1)).bytesRead()).toBeLessThan(2_000);
});

test.each([
  ["the server does not agree", { compression: true }, false],
  ["nobody asked for it", {}, true],
])("over WebSocket it is not where %s", async (_why, options, deflate) => {
  const { server, link } = await started("ws", large, options, deflate);
  await link("accepted");
  expect((await server.connection(1)).bytesRead()).toBeGreaterThan(14_000);
});

test("over WebSocket a compressed answer is read", async () => {
  const { server, link, received } = await started("ws", small);
  await link("accepted");
  const offer = { remoteConfig: { configHash: new Uint8Array(5_000).fill(7) } };
  (await server.connection(1)).sendRaw(Uint8Array.of(0, ...encodeServerToAgent(offer)));
  expect(await received(2)).toEqual(offer);
});

/** A compressed frame that unpacks to so many MiB of nothing, a thousandth of that on the wire. */
function bomb(mib: number): Uint8Array {
  // What a full flush ends can stand after itself.
  const one = deflateRawSync(new Uint8Array(1024 * 1024), { finishFlush: constants.Z_FULL_FLUSH });
  const payload = Buffer.concat(Array.from({ length: mib }, () => one)).subarray(0, -4);
  const header = Buffer.alloc(10);
  // The last frame of a message, compressed, binary; its length is in eight bytes.
  header.writeUInt16BE(0xc27f);
  header.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([header, payload]);
}

test("C-018 C-019 what unpacks to more than the limit is not kept: 1009 and back, as often as it comes", async () => {
  const limit = { compression: true, maxMessageBytes: 1024 * 1024 };
  const { server, link, events } = await started("ws", small, limit);
  const frame = bomb(512);
  expect(frame.length).toBeLessThan(limit.maxMessageBytes);
  const bombs = 8;
  await link("accepted");
  const before = process.memoryUsage().rss;
  for (let count = 1; count <= bombs; count += 1) {
    (await server.connection(count)).sendFrame(frame);
    const closed = await server.seen.until((one) => one.saw === "close", count);
    expect(closed.code).toBe(1009);
    await link("accepted", count + 1);
  }
  // Each of them would be half a gigabyte.
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  const reasons = events.all.flatMap((event) =>
    event.on === "link-changed" && event.link.at === "waiting" ? [event.link.reason] : [],
  );
  expect(reasons[0]).toContain("a message of the server is larger than the limit");
  const received = events.all.filter((event) => event.on === "message-received");
  expect(received).toHaveLength(bombs + 1);
});
