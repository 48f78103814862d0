import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import { test, expect } from "vitest";
import { WebSocket } from "ws";
import { encodeAgentToServer, decodeServerToAgent } from "../../../src/opamp-client/wire/codec.ts";
import { addFrameHeader } from "../../../src/opamp-client/wire/ws-frame.ts";
import { startServer, connect, bare, uidOf, poll, postRaw, httpUrl } from "../raw-agent.ts";

const badRequest = 1;

test("S-001 S-002 one path answers WebSocket and plain HTTP", async () => {
  const { server } = await startServer();
  expect(new URL(server.opampUrl).pathname).toBe("/v1/opamp");
  const agent = await connect(server.opampUrl);
  expect((await agent.ask(bare(1, 0n))).instanceUid).toEqual(uidOf(1));
  expect((await poll(server, bare(2, 0n))).instanceUid).toEqual(uidOf(2));
  expect(server.agents().map(({ transport }) => transport)).toEqual(["websocket", "http"]);
});

test("S-062 the same bytes sent twice get two answers", async () => {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  agent.socket.send(addFrameHeader(encodeAgentToServer(bare(1, 0n))));
  agent.socket.send(addFrameHeader(encodeAgentToServer(bare(1, 0n))));
  expect((await agent.next()).instanceUid).toEqual(uidOf(1));
  expect((await agent.next()).instanceUid).toEqual(uidOf(1));
});

test("S-006 a header written long is a header", async () => {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  const body = encodeAgentToServer(bare(1, 0n));
  const reply = await agent.askRaw(Buffer.concat([Uint8Array.of(0x80, 0x00), body]));
  expect(reply.instanceUid).toEqual(uidOf(1));
});

test.each<[string, Uint8Array | string]>([
  ["another header", Buffer.concat([Uint8Array.of(1), encodeAgentToServer(bare(1, 0n))])],
  ["no protobuf", Uint8Array.of(0, 0xff, 0xff, 0xff)],
  ["a text message", "hello"],
  [
    "a message sent as text",
    Buffer.from(addFrameHeader(encodeAgentToServer(bare(1, 0n)))).toString(),
  ],
  [
    "a uid of 3 bytes",
    addFrameHeader(encodeAgentToServer({ ...bare(1, 0n), instanceUid: new Uint8Array(3) })),
  ],
  ["an empty message", Uint8Array.of(0)],
])(
  "S-005 S-060 S-061 %s over WebSocket is a bad request, said readably, and the connection lives",
  async (_, bytes) => {
    const { server } = await startServer();
    const agent = await connect(server.opampUrl);
    const reply = await agent.askRaw(bytes);
    expect(reply.errorResponse?.type).toBe(badRequest);
    expect(reply.errorResponse?.errorMessage).toMatch(/^expected .+found/);
    expect(Object.keys(reply)).toEqual(["errorResponse"]);
    expect((await agent.ask(bare(1, 0n))).errorResponse).toBeUndefined();
  },
);

test("malformed bytes over plain HTTP get the same error message in a proper answer", async () => {
  const { server } = await startServer();
  const response = await postRaw(server, Uint8Array.of(0xff, 0xff));
  expect(response.status).toBe(200);
  const reply = decodeServerToAgent(new Uint8Array(await response.arrayBuffer()));
  expect(reply.errorResponse?.type).toBe(badRequest);
  expect(reply.errorResponse?.errorMessage).toMatch(/^expected .+found/);
});

test.each([
  ["GET", "/v1/opamp", undefined, 426],
  ["GET", "/v1/opamp", "application/x-protobuf", 405],
  ["POST", "/v1/opamp", "application/json", 415],
  ["POST", "/elsewhere", "application/x-protobuf", 404],
])(
  "S-004 a %s of %s with content type %s gets a clean text with %i",
  async (method, path, type, status) => {
    const { server } = await startServer();
    const headers = type === undefined ? {} : { "content-type": type };
    const response = await fetch(new URL(path, httpUrl(server)), { method, headers });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(await response.text()).not.toBe("");
  },
);

test.each([
  ["/elsewhere", {}, 404],
  ["/v1/opamp", {}, 401],
  ["/v1/opamp", { authorization: "Bearer wrong" }, 401],
])(
  "S-059 an upgrade of %s with %j is refused with %i before it happens",
  async (path, headers, status) => {
    const { server } = await startServer({ authorization: "Bearer right" });
    const socket = new WebSocket(new URL(path, server.opampUrl), { headers });
    socket.on("error", () => undefined);
    const [, response] = (await once(socket, "unexpected-response")) as [
      unknown,
      { statusCode: number },
    ];
    expect(response.statusCode).toBe(status);
    socket.terminate();
  },
);

test("who sends the expected Authorization header is let in, on both transports", async () => {
  const { server } = await startServer({ authorization: "Bearer right" });
  const headers = { authorization: "Bearer right" };
  const agent = await connect(server.opampUrl, { headers });
  expect((await agent.ask(bare(1, 0n))).instanceUid).toEqual(uidOf(1));
  const body = encodeAgentToServer(bare(2, 0n));
  expect((await postRaw(server, body, headers)).status).toBe(200);
  expect((await postRaw(server, body)).status).toBe(401);
});

test.each([
  ["gzip", true],
  ["deflate, gzip;q=0.5", true],
  ["*", true],
  ["gzip;q=0", false],
  ["gzip;q=0, *", false],
  ["identity", false],
])("S-014 an answer to Accept-Encoding %s is gzip: %s", async (encoding, packed) => {
  const { server } = await startServer();
  // fetch would unpack by itself, so the bytes are read from the socket.
  const { hostname, port } = new URL(server.opampUrl);
  const body = encodeAgentToServer(bare(1, 0n));
  const socket = connectTcp(Number(port), hostname);
  const head = [
    "POST /v1/opamp HTTP/1.1",
    `Host: ${hostname}`,
    "Connection: close",
    "Content-Type: application/x-protobuf",
    `Accept-Encoding: ${encoding}`,
    `Content-Length: ${body.length}`,
  ];
  socket.write(Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]));
  const answer = Buffer.concat(await socket.toArray());
  const split = answer.indexOf("\r\n\r\n");
  const received = answer.subarray(split + 4);
  expect(/content-encoding: gzip/i.test(answer.subarray(0, split).toString())).toBe(packed);
  const reply = decodeServerToAgent(packed ? gunzipSync(received) : received);
  expect(reply.instanceUid).toEqual(uidOf(1));
});

test("S-013 bodies may be gzip, and other encodings are refused", async () => {
  const { server } = await startServer();
  const body = encodeAgentToServer(bare(1, 0n));
  const packed = await postRaw(server, gzipSync(body), { "content-encoding": "gzip" });
  expect(packed.status).toBe(200);
  expect(server.agents()).toHaveLength(1);
  expect((await postRaw(server, body, { "content-encoding": "gzip" })).status).toBe(400);
  expect((await postRaw(server, body, { "content-encoding": "br" })).status).toBe(415);
});

test("S-010 S-012 a body over the limit is refused with 413, packed or not, and one at the limit is read", async () => {
  const maxMessageBytes = 2000;
  const { server } = await startServer({ maxMessageBytes });
  const padded = (bytes: number): Uint8Array => {
    const empty = encodeAgentToServer({ ...bare(1, 0n), health: { lastError: "x".repeat(1000) } });
    const lastError = "x".repeat(1000 + bytes - empty.length);
    return encodeAgentToServer({ ...bare(1, 0n), health: { lastError } });
  };
  const [fits, over] = [padded(maxMessageBytes), padded(maxMessageBytes + 1)];
  expect([fits.length, over.length]).toEqual([maxMessageBytes, maxMessageBytes + 1]);
  expect((await postRaw(server, fits)).status).toBe(200);
  expect((await postRaw(server, over)).status).toBe(413);
  expect((await postRaw(server, new Uint8Array(5_000_000))).status).toBe(413);
  const bomb = gzipSync(new Uint8Array(1_000_000));
  expect(bomb.length).toBeLessThan(maxMessageBytes);
  expect((await postRaw(server, bomb, { "content-encoding": "gzip" })).status).toBe(413);
});

test.each([false, true])(
  "S-007 S-008 a WebSocket message over the limit closes with 1009 and is not processed; deflated: %s",
  async (perMessageDeflate) => {
    const { server } = await startServer({ maxMessageBytes: 2000 });
    const agent = await connect(server.opampUrl, { perMessageDeflate });
    expect(agent.socket.extensions).toBe(perMessageDeflate ? "permessage-deflate" : "");
    const health = { lastError: "x".repeat(100_000) };
    agent.socket.send(addFrameHeader(encodeAgentToServer({ ...bare(1, 0n), health })));
    expect(await agent.closed).toBe(1009);
    expect(server.agents()).toEqual([]);
  },
);
