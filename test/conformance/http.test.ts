import { test, expect } from "vitest";
import { gzipSync } from "node:zlib";
import { defaultLimits } from "../../src/opamp-client/transport/client-options.ts";
import { decodeAgentToServer, encodeServerToAgent } from "../../src/opamp-client/wire/codec.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import { someReport } from "../helpers/opamp/fake-client.ts";
import type { HttpAnswer } from "../helpers/opamp/fake-opamp-server.ts";
import {
  started,
  changed,
  requests,
  offerOf,
  inTurn,
  groups,
  sent,
  linkStates,
  discarded,
} from "./fake-server.ts";

test("C-024 C-031 C-033 a message is a POST of bare protobuf with the exact type and no encoding", async () => {
  const { server, client, received } = await started("http");
  await received(1);
  client.report(changed(1));
  await received(2);
  for (const { raw, message } of server.messages()) {
    expect(raw[0]).toBe(0x0a);
    expect(decodeAgentToServer(raw)).toEqual(message);
  }
  for (const { method, headers } of requests(server)) {
    expect(method).toBe("POST");
    expect(headers["content-type"]).toBe("application/x-protobuf");
    expect(headers["content-encoding"]).toBeUndefined();
  }
});

test("C-024 the answer's body is a bare message", async () => {
  const body = encodeServerToAgent(offerOf("1", "a: 1"));
  const { received } = await started("http", { intercept: inTurn({ body }) });
  expect(await received(1)).toEqual(offerOf("1", "a: 1"));
});

test("C-025 C-027 C-098 polls come at the interval with the fields of every message", async () => {
  const { server } = await started("http", {}, { heartbeatIntervalMs: 30 });
  await server.message(4);
  const [, ...polls] = server.messages();
  for (const { message } of polls) {
    expect(Object.keys(message).sort()).toEqual(["capabilities", "instanceUid", "sequenceNum"]);
  }
});

test("C-026 C-092 the interval is 30 s by default", () => {
  expect(defaultLimits.heartbeatIntervalMs).toBe(30_000);
});

test("C-028 C-098 a new interval counts for polls, and zero gives them their default back", async () => {
  const { server, client, received } = await started("http", {}, { heartbeatIntervalMs: 0 });
  await received(1);
  client.setHeartbeatInterval(10);
  await server.message(3);
  client.setHeartbeatInterval(0);
  const polled = server.messages().length;
  client.report(changed(1));
  await received(polled + 1);
  expect(server.messages().length).toBeLessThanOrEqual(polled + 2);
});

test("C-029 C-030 one request at a time, and news as soon as the answer is there", async () => {
  let release = (): void => undefined;
  const after = new Promise<void>((resolve) => (release = resolve));
  const { server, client, received } = await started("http", { intercept: inTurn({ after }) });
  await server.message(1);
  client.report(changed(1));
  client.report(changed(2));
  // Whatever would be sent too early is on its way by the time that another connection is answered.
  await fetch(server.httpUrl, { method: "POST", body: "" });
  expect(server.messages()).toHaveLength(2);
  release();
  await received(2);
  expect(groups(server).slice(2)).toEqual([["health"]]);
  expect(sent(server)[2]?.health?.status).toBe("change 2");
});

test("C-034 C-053 the id in the header is that of the message, also when it changes", async () => {
  const { server, client, received } = await started("http");
  await received(1);
  client.report(someReport({ instanceUid: new Uint8Array(16).fill(0xab) }));
  await received(2);
  const texts = requests(server).map(({ headers }) => headers["opamp-instance-uid"]);
  expect(texts).toEqual(sent(server).map(({ instanceUid }) => uidToText(instanceUid)));
  expect(texts[1]).toBe("abababab-abab-abab-abab-abababababab");
});

test("C-035 gzip is offered and read", async () => {
  const body = gzipSync(encodeServerToAgent(offerOf("1", "a: 1")));
  const answer = { body, headers: { "content-encoding": "gzip" } };
  const { server, received } = await started("http", { intercept: inTurn(answer) });
  expect(await received(1)).toEqual(offerOf("1", "a: 1"));
  expect(requests(server)[0]?.headers["accept-encoding"]).toContain("gzip");
});

test("C-036 a connection that is closed after each answer changes nothing", async () => {
  const pair = await started(
    "http",
    { intercept: () => ({ headers: { connection: "close" } }) },
    { heartbeatIntervalMs: 10 },
  );
  await pair.received(4);
  expect(linkStates(pair)).not.toContain("waiting");
  expect(groups(pair.server).slice(1).flat()).toEqual([]);
});

test("C-037 after 413 the same does not come again; polls and news do", async () => {
  const pair = await started(
    "http",
    { intercept: inTurn<HttpAnswer>({ status: 413 }) },
    { heartbeatIntervalMs: 15 },
  );
  await pair.server.message(3);
  pair.client.report(changed(1));
  await pair.server.seen.until(
    (one) => one.saw === "message" && one.message.health !== undefined,
    3,
  );
  expect(groups(pair.server)[0]).toContain("effectiveConfig");
  const [whole, less] = pair.server.messages();
  expect(less!.raw.length).toBeLessThan(whole!.raw.length);
  const texts = pair.server.messages().map(({ raw }) => Buffer.from(raw).toString("hex"));
  expect(texts.slice(1)).not.toContain(texts[0]);
  expect(groups(pair.server)).toContainEqual(["health"]);
  expect(discarded(pair)).toEqual([
    expect.stringContaining("413"),
    expect.stringContaining("sent without"),
  ]);
});
