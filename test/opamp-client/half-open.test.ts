import { afterEach, test, expect } from "vitest";
import type { ClientOptions } from "../../src/opamp-client/transport/client-options.ts";
import type { ClientEvent } from "../../src/opamp-client/client.ts";
import { type Watched, watchedClient, someReport, groupsIn } from "../helpers/opamp/fake-client.ts";
import {
  type FakeServer,
  type Script,
  startFakeServer,
} from "../helpers/opamp/fake-opamp-server.ts";
import { type HalfOpenWay, halfOpenWay } from "../helpers/net/half-open.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Scheme = "ws" | "http";
const both: Scheme[] = ["ws", "http"];

interface World extends Watched {
  readonly server: FakeServer;
  readonly way: HalfOpenWay;
}

/** A client that reaches its server by a way that can go silent. */
async function world(
  scheme: Scheme,
  options: Partial<ClientOptions>,
  script: Partial<Script> = {},
): Promise<World> {
  const server = await startFakeServer({ script });
  cleanups.push(() => server.close());
  const way = await halfOpenWay(server.port);
  cleanups.push(() => way.close());
  const endpoint = `${scheme}://127.0.0.1:${way.port}/v1/opamp`;
  const watched = watchedClient({ endpoint, stopTimeoutMs: 100, ...options });
  cleanups.push(() => watched.client.stop());
  watched.client.report(someReport());
  return { server, way, ...watched };
}

function reasonOf(event: ClientEvent): string {
  return event.on === "link-changed" && event.link.at === "waiting" ? event.link.reason : "";
}

test("ws: a way that goes silent is noticed by the pong that does not come", async () => {
  const { way, client, link, server } = await world("ws", {
    pingIntervalMs: 20,
    pongTimeoutMs: 40,
  });
  client.start();
  await link("accepted");
  way.swallow();
  expect(reasonOf(await link("waiting"))).toContain("no answer to a ping within 40 ms");
  await link("accepted", 2);
  expect(groupsIn((await server.message(2)).message)).toHaveLength(8);
});

test("C-072 C-266 http: a way that goes silent is noticed by the answer that does not come", async () => {
  const { way, client, link, server } = await world("http", {
    heartbeatIntervalMs: 20,
    answerTimeoutMs: 60,
  });
  client.start();
  await link("accepted");
  way.swallow();
  expect(reasonOf(await link("waiting"))).toContain("no answer within 60 ms");
  const before = server.messages().length;
  await link("accepted", 2);
  expect(groupsIn((await server.message(before + 1)).message)).toHaveLength(8);
});

test("C-072 C-266 ws: a server that answers pings and nothing else is given up, for the first message is answered", async () => {
  const { client, link, server } = await world(
    "ws",
    { answerTimeoutMs: 60, pingIntervalMs: 10 },
    { reply: () => undefined },
  );
  client.start();
  expect(reasonOf(await link("waiting"))).toContain("no answer to the first message within 60 ms");
  server.script.reply = () => ({});
  await link("accepted");
});

test("ws: later messages need no answer", async () => {
  let answers = 0;
  const { client, link, server, events } = await world(
    "ws",
    { answerTimeoutMs: 300, heartbeatIntervalMs: 10 },
    { reply: () => ((answers += 1) === 1 ? {} : undefined) },
  );
  client.start();
  await link("accepted");
  const first = await server.message(1);
  const after = await server.seen.until((one) => one.saw === "message" && one.at > first.at + 600);
  expect(after).toMatchObject({ number: 1 });
  expect(events.all.map(reasonOf).filter((reason) => reason !== "")).toEqual([]);
});

test.each(both)("%s: a port that accepts and swallows is given up in time", async (scheme) => {
  const { way, client, link, server } = await world(scheme, {
    connectTimeoutMs: 200,
    answerTimeoutMs: 200,
  });
  way.swallow(true);
  client.start();
  await link("waiting");
  way.pass();
  await link("accepted");
  expect(groupsIn((await server.message(1)).message)).toHaveLength(8);
});

test("https: a handshake that is never answered ends with the connect timeout, and nothing was sent", async () => {
  const { way, client, link } = await world("http", {});
  way.swallow(true);
  const endpoint = `https://127.0.0.1:${way.port}/v1/opamp`;
  const secure = watchedClient({ endpoint, connectTimeoutMs: 40 });
  cleanups.push(() => secure.client.stop());
  secure.client.report(someReport());
  secure.client.start();
  expect(reasonOf(await secure.link("waiting"))).toContain(
    "the TLS handshake did not end within 40 ms",
  );
  way.pass();
  client.start();
  await link("accepted");
});

test("http: with a server that never answers one request is out, and the latest state follows", async () => {
  let hangs = true;
  const { client, link, server } = await world(
    "http",
    { answerTimeoutMs: 150 },
    { intercept: () => (hangs ? "hang" : undefined) },
  );
  client.start();
  await server.message(1);
  for (let count = 1; count <= 500; count += 1) {
    client.report(someReport({ health: { status: `change ${count}` } }));
  }
  expect(server.messages()).toHaveLength(1);
  hangs = false;
  await link("accepted");
  expect(server.messages()).toHaveLength(2);
  expect((await server.message(2)).message.health).toEqual({ status: "change 500" });
});

test("ws: with a server that reads no more nothing piles up, and the latest state follows", async () => {
  const { client, link, server } = await world("ws", { pingIntervalMs: 100, pongTimeoutMs: 100 });
  client.start();
  await link("accepted");
  (await server.connection(1)).freeze();
  // However long all of this takes: another connection would be read.
  server.script.intercept = () => "hang";
  const before = process.memoryUsage().external;
  const body = new Uint8Array(1_000_000);
  for (let count = 1; count <= 300; count += 1) {
    const configMap = new Map([["", { body, contentType: `change ${count}` }]]);
    client.report(someReport({ effectiveConfig: { configMap: { configMap } } }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  // 300 MB were reported; what the sockets of this machine take may have gone.
  expect(process.memoryUsage().external - before).toBeLessThan(100_000_000);
  server.script.intercept = () => undefined;
  await link("accepted", 2);
  const last = server.messages().at(-1)!;
  expect(last.number).toBe(2);
  const told = last.message.effectiveConfig?.configMap?.configMap?.get("");
  expect(told?.contentType).toBe("change 300");
});
