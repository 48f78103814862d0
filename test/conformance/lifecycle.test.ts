import { test, expect, describe, onTestFinished } from "vitest";
import { defaultLimits } from "../../src/opamp-client/transport/client-options.ts";
import { type LinkEvent, type Link, closedLink, changeLink } from "../../src/opamp-client/link.ts";
import { watchedClient, someReport } from "../helpers/opamp/fake-client.ts";
import type { HttpAnswer } from "../helpers/opamp/fake-opamp-server.ts";
import { both, started, changed, sent, playing, addressOf, requests, seen } from "./fake-server.ts";

/** The waits of a client whose attempts end in the same way again and again. */
function waits(
  event: Omit<LinkEvent, "now" | "random">,
  random: number,
  accepts = false,
): number[] {
  let link: Link = closedLink;
  let now = 0;
  return Array.from({ length: 20 }, () => {
    link = changeLink(link, { on: "started" }, defaultLimits);
    link = changeLink(link, { on: "opened" }, defaultLimits);
    if (accepts) link = changeLink(link, { on: "accepted", now }, defaultLimits);
    link = changeLink(link, { ...event, now, random } as LinkEvent, defaultLimits);
    const waitMs = link.at === "waiting" ? link.retryAt - now : 0;
    now += waitMs;
    return waitMs;
  });
}

const dropped = { on: "dropped", reason: "" } as const;
const refused = (retryAfterMs: number | undefined) =>
  ({ on: "refused", reason: "", refusal: { why: "overloaded", retryAfterMs } }) as const;

/** The largest part of a wait that chance may take. */
const longest = 1;

test("C-251 C-258 waits are a random part of a time that grows by half up to a limit", () => {
  const high = waits(dropped, longest);
  expect(high.slice(0, 4)).toEqual([500, 750, 1_125, 1_688]);
  expect(Math.max(...high)).toBe(defaultLimits.maxRetryDelayMs);
  expect(
    waits(dropped, 0.5).every((waitMs, at) => Math.abs(waitMs - (high[at] ?? 0) / 2) <= 1),
  ).toBe(true);
});

test("C-142 C-258 a server that accepts and drops gets no loop without waits: the first is at once, then they grow", () => {
  const flapping = waits(dropped, longest, true);
  expect(flapping[0]).toBe(0);
  expect(flapping.slice(1, 5)).toEqual([750, 1_125, 1_688, 2_531]);
});

test("C-258 an open connection alone makes nothing good: only an answer does", () => {
  expect(waits(dropped, longest)[3]).toBe(1_688);
});

test("C-252 C-269 C-271 the time that a server asks for is the least, up to an hour", () => {
  expect(waits(refused(90_000), 0)[0]).toBe(90_000);
  expect(Math.max(...waits(refused(1e15), 0))).toBe(defaultLimits.maxRetryAfterMs);
});

test("C-270 C-273 without a time the wait is 30 s at least, and grows", () => {
  expect(Math.min(...waits(refused(undefined), 0))).toBe(30_000);
  expect(waits(refused(undefined), longest).slice(0, 3)).toEqual([60_000, 75_000, 90_000]);
});

test("C-271 a time of zero or in the past is followed by the usual waits", () => {
  expect(waits(refused(0), longest).slice(0, 3)).toEqual([500, 750, 1_125]);
});

describe.each(both)("over %s", (over) => {
  test("C-253 C-255 the last message before the end has agent_disconnect and the last news", async () => {
    const { server, client, link } = await started(over);
    await link("accepted");
    await client.stop(changed(1));
    expect(sent(server)).toHaveLength(2);
    expect(sent(server)[1]).toMatchObject({
      agentDisconnect: {},
      health: { status: "change 1" },
    });
  });

  test("C-253 nothing but the end has agent_disconnect", async () => {
    const { server, client, received } = await started(over, {}, { heartbeatIntervalMs: 10 });
    client.report(changed(1));
    await received(4);
    expect(
      sent(server)
        .slice(0, 4)
        .some((one) => one.agentDisconnect !== undefined),
    ).toBe(false);
  });

  test("C-251 attempts at a closed port go on until there is a server", async () => {
    const gone = await playing();
    const { port } = gone;
    await gone.close();
    const { client, link } = watchedClient({ endpoint: addressOf(gone, over) });
    onTestFinished(() => client.stop());
    client.report(someReport());
    client.start();
    await link("waiting", 3);
    const server = await playing({}, port);
    await link("accepted");
    expect(sent(server)[0]?.sequenceNum).toBe(0n);
  });

  test("C-261 a server that refuses a duplicate is tried again, not left", async () => {
    let refusals = 2;
    const conflict: HttpAnswer = { status: 409 };
    const { server, link } = await started(over, {
      intercept: () => ((refusals -= 1) >= 0 ? conflict : undefined),
    });
    await link("accepted");
    expect(requests(server)).toHaveLength(3);
  });
});

test("C-254 the goodbye is followed by close code 1000, and the close by nothing", async () => {
  const { server, client, link } = await started("ws");
  await link("accepted");
  await client.stop();
  const close = await server.seen.until((one) => one.saw === "close");
  expect(close).toMatchObject({ code: 1000 });
  expect(server.seen.all.at(-1)?.saw).toBe("close");
});

test("C-254 a server that does not answer the close is waited for in vain for a bounded time", async () => {
  const { server, client, link } = await started("ws", {}, { stopTimeoutMs: 50 });
  await link("accepted");
  (await server.connection(1)).freeze();
  await client.stop();
  await link("closed");
});

test.each(["close", "cut"] as const)(
  "C-256 C-257 C-259 after a %s of the server's the client is back at once, on one connection",
  async (how) => {
    // Any wait at all would be too long for the test.
    const { server, link } = await started(
      "ws",
      {},
      { firstRetryDelayMs: 3_600_000, maxRetryDelayMs: 3_600_000 },
    );
    await link("accepted");
    const connection = await server.connection(1);
    if (how === "close") connection.close(1001, "restart");
    else connection.cut();
    await link("accepted", 2);
    const kinds = server.seen.all.filter(({ saw }) => saw === "connection" || saw === "close");
    expect(kinds.map(({ saw }) => saw)).toEqual(["connection", "close", "connection"]);
    if (how === "close") expect(seen(server, "close")[0]?.code).toBe(1001);
  },
);
