import { afterEach, test, expect } from "vitest";
import {
  redirectFrom,
  isRedirect,
  headersFor,
} from "../../../src/opamp-client/transport/redirect.ts";
import {
  type Watched,
  watchedClient,
  someReport,
  groupsIn,
} from "../../helpers/opamp/fake-client.ts";
import { type FakeServer, startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test.each([
  ["http://a:1/v1/opamp", "/other", "http://a:1/other"],
  ["http://a/v1/opamp", "https://a/v1/opamp", "https://a/v1/opamp"],
  ["ws://a/v1/opamp", "https://b/x?y=1", "wss://b/x?y=1"],
  ["ws://a/v1/opamp", "wss://b/x", "wss://b/x"],
  ["wss://a/v1/opamp", "//b/x", "wss://b/x"],
  ["https://a/v1/opamp", "https://name:word@b/x#part", "https://b/x"],
])("from %s a redirect to %s leads to %s", (from, location, to) => {
  expect(redirectFrom(from, 0, { status: 307, location })).toEqual({ is: "followed", to });
});

test.each([
  ["https://a/", "http://a/", 0, "not"],
  ["wss://a/", "ws://b/", 0, "not"],
  ["wss://a/", "http://b/", 0, "not"],
  ["http://a/", "ws://a/", 0, "another way"],
  ["ws://a/", "ftp://a/", 0, "another way"],
  ["ws://a/", undefined, 0, "no address"],
  ["ws://a/", "http://[", 0, "no address"],
  ["http://a/", "/x", 5, "more than 5"],
])("from %s a redirect to %s after %i others is not followed", (from, location, hops, why) => {
  expect(redirectFrom(from, hops, { status: 308, location })).toMatchObject({
    is: "refused",
    why: expect.stringContaining(why) as string,
  });
});

test("an upgrade follows every redirect, a POST none that asks for a GET", () => {
  const statuses = [300, 301, 302, 303, 304, 307, 308];
  expect(statuses.filter((status) => isRedirect(status, false))).toEqual([301, 302, 303, 307, 308]);
  expect(statuses.filter((status) => isRedirect(status, true))).toEqual([301, 302, 307, 308]);
});

test("headers are for the server that they were configured for", () => {
  const headers = new Map([["authorization", ["secret"]]]);
  expect(headersFor("ws://a/x", "ws://a/x", headers)).toBe(headers);
  expect(headersFor("ws://a/x", "wss://a/y", headers)).toBe(headers);
  expect(headersFor("ws://a:1/x", "ws://a:2/x", headers).size).toBe(0);
  expect(headersFor("https://a/x", "https://b/x", headers).size).toBe(0);
});

type Over = "wsUrl" | "httpUrl";
const both: Over[] = ["wsUrl", "httpUrl"];

async function server(): Promise<FakeServer> {
  const made = await startFakeServer();
  cleanups.push(() => made.close());
  return made;
}

function clientOf(endpoint: string): Watched {
  const headers = new Map([["Authorization", ["Bearer secret"]]]);
  const watched = watchedClient({ endpoint, headers, stopTimeoutMs: 200 });
  cleanups.push(() => watched.client.stop());
  watched.client.report(someReport());
  watched.client.start();
  return watched;
}

test.each(both)(
  "%s: a redirect is followed, without the headers when it leads to another server",
  async (over) => {
    const [here, there] = [await server(), await server()];
    const location = there.httpUrl;
    here.script.intercept = () => ({ status: 307, headers: { location } });
    const { client, link } = clientOf(here[over]);
    const event = await link("accepted");
    expect(event).toMatchObject({ link: { endpoint: there[over] } });
    const { message } = await there.message(1);
    expect(message.sequenceNum).toBe(0n);
    expect(groupsIn(message)).toHaveLength(8);
    const { request } = await there.seen.until((one) => one.saw === "request");
    expect(request.headers.authorization).toBeUndefined();
    client.report(someReport({ health: { healthy: false } }));
    expect(groupsIn((await there.message(2)).message)).toEqual(["health"]);
    expect(here.seen.all.filter((one) => one.saw === "request")).toHaveLength(1);
  },
);

test.each(both)("%s: a redirect on the same server keeps the headers", async (over) => {
  const here = await server();
  let asked = 0;
  here.script.intercept = () =>
    (asked += 1) === 1 ? { status: 302, headers: { location: "/elsewhere" } } : undefined;
  const { link } = clientOf(here[over]);
  await link("accepted");
  const { request } = await here.seen.until((one) => one.saw === "request", 2);
  expect(request).toMatchObject({
    target: "/elsewhere",
    headers: { authorization: "Bearer secret" },
  });
});

test.each(both)(
  "%s: redirects in a circle end, and the endpoint is tried anew after a wait",
  async (over) => {
    const here = await server();
    here.script.intercept = () => ({ status: 308, headers: { location: "/v1/opamp" } });
    const { link } = clientOf(here[over]);
    expect(await link("waiting")).toMatchObject({
      link: { reason: expect.stringContaining("more than 5 redirects") as string },
    });
    expect(here.seen.all.filter((one) => one.saw === "request")).toHaveLength(6);
    here.script.intercept = () => undefined;
    await link("accepted");
  },
);

test.each(both)("%s: after a failure the configured endpoint is asked again", async (over) => {
  const [here, there] = [await server(), await server()];
  here.script.intercept = () => ({ status: 307, headers: { location: there.httpUrl } });
  const { link, client } = clientOf(here[over]);
  await link("accepted");
  here.script.intercept = () => undefined;
  await there.close();
  cleanups.splice(1, 1);
  client.report(someReport({ health: { healthy: false } }));
  await here.message(over === "wsUrl" ? 1 : 2);
  await link("accepted", 2);
});
