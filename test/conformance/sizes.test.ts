import { test, expect, describe } from "vitest";
import { gzipSync } from "node:zlib";
import { defaultLimits } from "../../src/opamp-client/transport/client-options.ts";
import { encodeServerToAgent, encodeAgentToServer } from "../../src/opamp-client/wire/codec.ts";
import { someReport } from "../helpers/opamp/fake-client.ts";
import {
  offerOf,
  started,
  seen,
  inTurn,
  groups,
  both,
  discarded,
  changed,
  sent,
} from "./fake-server.ts";

const limit = { maxMessageBytes: 1024 };

/** An offer that is exactly so many bytes long. */
function offerOfSize(bytes: number): Uint8Array {
  const about = encodeServerToAgent(offerOf("1", "x".repeat(bytes - 40)));
  return encodeServerToAgent(offerOf("1", "x".repeat(bytes - 40 + (bytes - about.length))));
}

const large = someReport({
  effectiveConfig: { configMap: { configMap: new Map([["", { body: new Uint8Array(2_000) }]]) } },
});

test("C-016 C-038 the limit is 64 MiB by default", () => {
  expect(defaultLimits.maxMessageBytes).toBe(67_108_864);
});

test("C-016 C-017 C-018 a message of the limit is taken, header included", async () => {
  const { server, received } = await started("ws", { reply: () => undefined }, limit);
  (await server.connection(1)).sendRaw(Uint8Array.of(0, ...offerOfSize(1_023)));
  expect((await received(1)).remoteConfig).toBeDefined();
});

test("C-018 C-019 C-020 a longer one is not taken: close code 1009, and back again", async () => {
  const { server, link, events } = await started("ws", {}, limit);
  await link("accepted");
  (await server.connection(1)).sendRaw(Uint8Array.of(0, ...offerOfSize(1_024)));
  await link("accepted", 2);
  expect(seen(server, "close")[0]?.code).toBe(1009);
  const offers = events.all.filter(
    (event) => event.on === "message-received" && event.message.remoteConfig !== undefined,
  );
  expect(offers).toEqual([]);
});

test("C-038 C-039 C-040 over HTTP a body of the limit is taken", async () => {
  const body = offerOfSize(1_024);
  const { received } = await started("http", { intercept: inTurn({ body }) }, limit);
  expect((await received(1)).remoteConfig).toBeDefined();
});

test.each([
  ["as it is", offerOfSize(1_025), {}],
  ["inflated", gzipSync(offerOfSize(1_025)), { "content-encoding": "gzip" }],
])(
  "C-040 C-041 C-042 C-043 a longer answer, %s, is a failed exchange and told",
  async (_how, body, headers) => {
    const { server, link, events } = await started(
      "http",
      { intercept: inTurn({ body, headers }) },
      limit,
    );
    expect(await link("waiting")).toMatchObject({
      link: { reason: expect.stringContaining("larger than the limit of 1024") as string },
    });
    await link("accepted");
    expect(groups(server)[1]).toEqual(groups(server)[0]);
    const received = events.all.filter((event) => event.on === "message-received");
    expect(received.map((event) => event.message)).toEqual([{}]);
  },
);

describe.each(both)("over %s", (over) => {
  test("C-021 C-022 C-023 C-044 C-045 C-046 nothing longer is sent: what helps is left out, and told", async () => {
    const pair = await started(over, {}, limit, large);
    await pair.link("accepted");
    expect(groups(pair.server)[0]).not.toContain("effectiveConfig");
    expect(groups(pair.server)[0]).toContain("health");
    expect(discarded(pair)).toEqual([expect.stringContaining("larger than the limit of 1024")]);
  });

  test("C-022 C-023 C-045 C-046 C-059 what is too long by itself is not sent, and uses no number", async () => {
    const pair = await started(over, {}, limit);
    await pair.link("accepted");
    pair.client.report(someReport({ health: { lastError: "x".repeat(2_000) } }));
    pair.client.report(changed(1));
    await pair.server.message(2);
    expect(sent(pair.server).map(({ sequenceNum }) => sequenceNum)).toEqual([0n, 1n]);
    expect(discarded(pair)).toHaveLength(1);
  });

  test("C-023 C-046 a server that asks for all of it makes no loop", async () => {
    const asking = { reply: () => ({ flags: 1n }) };
    const options = { ...limit, heartbeatIntervalMs: 20, fullStateIntervalMs: 3_600_000 };
    const pair = await started(over, asking, options, large);
    await pair.server.message(6);
    expect(discarded(pair).length).toBeLessThanOrEqual(2);
  });

  test("C-021 C-044 the size that counts is the one before compression", async () => {
    const bytes = encodeAgentToServer({ ...large, sequenceNum: 0n });
    expect(gzipSync(bytes).length).toBeLessThan(1_024);
    const { server, link } = await started(over, {}, limit, large);
    await link("accepted");
    expect(groups(server)[0]).not.toContain("effectiveConfig");
  });
});
