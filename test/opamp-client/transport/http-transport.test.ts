import { expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { encodeServerToAgent, encodeAgentToServer } from "../../../src/opamp-client/wire/codec.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import { someReport, someUid, groupsIn } from "../../helpers/opamp/fake-client.ts";
import { type Script, type HttpAnswer } from "../../helpers/opamp/fake-opamp-server.ts";
import { startedPair } from "../../helpers/opamp/started-pair.ts";

/** Answers the first POST like this and every other one as usual. */
function firstly(answer: HttpAnswer): Partial<Script> {
  let posts = 0;
  return { intercept: () => ((posts += 1) === 1 ? answer : undefined) };
}

const unhealthy = someReport({ health: { healthy: false } });
const offer = { remoteConfig: { configHash: Uint8Array.of(1) } };

test("each message is a POST of bare protobuf with the headers of the protocol", async () => {
  const { server, link } = await startedPair("httpUrl");
  await link("accepted");
  const { request } = await server.seen.until((one) => one.saw === "request");
  expect(request).toMatchObject({
    method: "POST",
    headers: {
      "content-type": "application/x-protobuf",
      "accept-encoding": "gzip",
      "opamp-instance-uid": uidToText(someUid),
    },
  });
  const { raw } = await server.message(1);
  expect(request.headers["content-length"]).toBe(`${raw.length}`);
  expect(request.headers["content-encoding"]).toBeUndefined();
  expect(raw[0]).toBe(0x0a);
});

test("the id in the header is the one of the message", async () => {
  const { server, client, link } = await startedPair("httpUrl");
  await link("accepted");
  const instanceUid = new Uint8Array(16).fill(0xab);
  client.report(someReport({ instanceUid }));
  const { message } = await server.message(2);
  const { request } = await server.seen.until((one) => one.saw === "request", 2);
  expect(message.instanceUid).toEqual(instanceUid);
  expect(request.headers["opamp-instance-uid"]).toBe(uidToText(instanceUid));
});

test("only one request is out at a time, and the next one has the latest of everything", async () => {
  let release: (value?: unknown) => void = () => undefined;
  const after = new Promise((resolve) => (release = resolve));
  const { server, client, received } = await startedPair("httpUrl", firstly({ after }));
  await server.message(1);
  for (const status of ["a", "b", "c"]) client.report(someReport({ health: { status } }));
  expect(server.messages()).toHaveLength(1);
  release();
  await received(2);
  expect(server.messages()).toHaveLength(2);
  expect(server.messages()[1]!.message).toMatchObject({ sequenceNum: 1n, health: { status: "c" } });
});

test("an answer in gzip is read", async () => {
  const { received } = await startedPair(
    "httpUrl",
    firstly({
      headers: { "content-encoding": "gzip" },
      body: gzipSync(encodeServerToAgent(offer)),
    }),
  );
  expect(await received(1)).toEqual(offer);
});

test.each<[string, HttpAnswer, string]>([
  ["that is no OpAMP", { body: Buffer.from("<html>") }, "expected a protobuf"],
  [
    "whose gzip is broken",
    { headers: { "content-encoding": "gzip" }, body: Buffer.from("no gzip") },
    "incorrect header check",
  ],
  [
    "that unpacks to more than the limit",
    { headers: { "content-encoding": "gzip" }, body: gzipSync(new Uint8Array(1_000_000)) },
    "larger than the limit",
  ],
  ["whose length is over the limit", { body: new Uint8Array(5_000) }, "larger than the limit"],
  [
    "that unpacks to nothing but is over the limit itself",
    {
      headers: { "content-encoding": "gzip", "transfer-encoding": "chunked" },
      body: Buffer.concat(Array.from({ length: 1_000 }, () => gzipSync(new Uint8Array()))),
    },
    "larger than the limit",
  ],
  ["in an encoding that was not offered", { headers: { "content-encoding": "br" } }, "encoding br"],
  ["with status 500", { status: 500 }, "HTTP status 500"],
  ["with status 303", { status: 303, headers: { location: "/x" } }, "put the new address"],
  ["that breaks off", "cut", "broke"],
])(
  "an answer %s is a failure: the reason is told and everything is sent again",
  async (_what, answer, reason) => {
    const { server, link } = await startedPair("httpUrl", firstly(answer), {
      maxMessageBytes: 4096,
    });
    expect(await link("waiting")).toMatchObject({
      link: { reason: expect.stringContaining(reason) as string },
    });
    await link("accepted");
    const [first, second] = server.messages();
    expect(groupsIn(second!.message)).toEqual(groupsIn(first!.message));
    expect(second!.message.sequenceNum).toBe(1n);
  },
);

test("a request that is never answered ends with the answer timeout", async () => {
  const { link } = await startedPair("httpUrl", firstly("hang"), { answerTimeoutMs: 30 });
  expect(await link("waiting")).toMatchObject({
    link: { reason: expect.stringContaining("no answer within 30 ms") as string },
  });
  await link("accepted");
});

test("a message that is too large for the server is sent again with less, never the same", async () => {
  const { server, client, received, events } = await startedPair("httpUrl", {
    intercept: (_via, message) =>
      encodeAgentToServer(message!).length > 75 ? { status: 413 } : undefined,
  });
  await received(1);
  const sizes = server.messages().map(({ raw }) => raw.length);
  expect(sizes.toSorted((a, b) => b - a)).toEqual(sizes);
  expect(new Set(sizes).size).toBe(sizes.length);
  expect(sizes.length).toBeGreaterThan(1);
  const before = server.messages().length;
  client.report(unhealthy);
  await received(2);
  expect(groupsIn(server.messages()[before]!.message)).toEqual(["health"]);
  expect(events.all.some((event) => event.on === "message-discarded")).toBe(true);
});

test("a server to which everything is too large still gets polls", async () => {
  const { server } = await startedPair(
    "httpUrl",
    { intercept: () => ({ status: 413 }) },
    { heartbeatIntervalMs: 10 },
  );
  const bare = (raw: Uint8Array): boolean => raw.length < 64;
  await server.seen.until((one) => one.saw === "message" && bare(one.raw), 3);
  const sizes = server.messages().map(({ raw }) => raw.length);
  const large = sizes.filter((size) => size >= 64);
  expect(new Set(large).size).toBe(large.length);
});

test("connections that are closed after each answer change nothing", async () => {
  const { server, events } = await startedPair(
    "httpUrl",
    { intercept: () => ({ headers: { connection: "close" } }) },
    { heartbeatIntervalMs: 5 },
  );
  await server.message(4);
  expect(
    events.all.some((event) => event.on === "link-changed" && event.link.at === "waiting"),
  ).toBe(false);
  expect(
    server
      .messages()
      .slice(1)
      .flatMap(({ message }) => groupsIn(message)),
  ).toEqual([]);
});

test("an interval of zero does not end the polls, it gives them their default", async () => {
  const { server, client, link } = await startedPair("httpUrl", {}, { heartbeatIntervalMs: 0 });
  await link("accepted");
  client.setHeartbeatInterval(10);
  await server.message(3);
});
