import { test, expect, onTestFinished } from "vitest";
import { readEndpoint } from "../../src/net/endpoint.ts";
import { watchedClient, someReport } from "../helpers/opamp/fake-client.ts";
import { started, requests, both, playing, changed } from "./fake-server.ts";

test("C-001 C-006 ws begins with an upgrade", async () => {
  const { server, link } = await started("ws");
  await link("accepted");
  expect(requests(server)).toMatchObject([
    {
      method: "GET",
      headers: { upgrade: "websocket", connection: "Upgrade", "sec-websocket-version": "13" },
    },
  ]);
});

test("C-001 http means POSTs and no upgrade", async () => {
  const { server, link } = await started("http");
  await link("accepted");
  const [request] = requests(server);
  expect(request?.method).toBe("POST");
  expect(request?.headers.upgrade).toBeUndefined();
});

test.each([
  ["ws://server:4320", "ws://server:4320/v1/opamp"],
  ["https://server", "https://server/v1/opamp"],
])("C-002 C-004 %s: no path means the usual one, no port means the scheme's", (text, url) => {
  expect(readEndpoint(text)).toMatchObject({ is: "valid", url });
});

test.each(both)("C-003 the path can be any, over %s", async (over) => {
  const server = await playing();
  const { client, link } = watchedClient({
    endpoint: `${over}://127.0.0.1:${server.port}/api/v1/opamp?tenant=a`,
  });
  onTestFinished(() => client.stop());
  client.report(someReport());
  client.start();
  await link("accepted");
  expect(requests(server)[0]?.target).toBe("/api/v1/opamp?tenant=a");
});

test.each(both)("C-007 credentials are in the request and never in a message, %s", async (over) => {
  const headers = new Map([
    ["Authorization", ["ApiKey abcdef"]],
    ["X-SF-Token", ["uvwxyz"]],
  ]);
  const { server, client, received } = await started(over, {}, { headers });
  await received(1);
  client.report(changed(1));
  await received(2);
  for (const request of requests(server)) {
    expect(request.headers).toMatchObject({
      authorization: "ApiKey abcdef",
      "x-sf-token": "uvwxyz",
    });
  }
  for (const { raw } of server.messages()) {
    expect(Buffer.from(raw).toString("latin1")).not.toMatch(/abcdef|uvwxyz/);
  }
});

test.each(both)(
  "C-008 C-152 401 is told in words and tried again only after a while, %s",
  async (over) => {
    const refusing = { intercept: () => ({ status: 401 }) };
    const { server, link } = await started(over, refusing, {
      deniedDelayMs: 5,
      maxRetryDelayMs: 20,
    });
    expect(await link("waiting")).toMatchObject({
      link: { reason: expect.stringContaining("credentials were not accepted") as string },
    });
    await link("waiting", 5);
    const times = requests(server).map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    for (const gapMs of gaps) expect(gapMs).toBeGreaterThanOrEqual(5);
  },
);
