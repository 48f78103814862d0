import { createServer } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { lookAtServers } from "../../../src/doctor/edges/server-facts.ts";
import { judgeConnection } from "../../../src/doctor/judge/judge-server.ts";
import { createAuthority, dayMs, selfSigned } from "../../helpers/net/certificates.ts";
import { startConnectProxy } from "../../helpers/net/connect-proxy.ts";
import { startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";
import {
  complete,
  createAgentFolder,
  settingsOf,
} from "../../supervisor/settings/fixture-folder.ts";

/** `check grade` of each finding on the servers that these settings name. */
async function findings(server: string, now = Date.now()): Promise<readonly string[]> {
  const text = complete().replace(/server:\n.*\n/, `server: ${server}\n`);
  const settings = settingsOf(createAgentFolder().read(text));
  const facts = await lookAtServers(settings.server, undefined, new Map());
  return facts
    .flatMap((each) => judgeConnection(each, now))
    .map(({ check, grade }) => `${check} ${grade}`);
}

const connected = ["server.connection ok", "server.answer ok", "server.answer ok"];

test("a WebSocket is agreed on with the credentials, and no message is sent on it", async () => {
  const server = await startFakeServer();
  const found = await findings(
    `{endpoint: "ws://127.0.0.1:${server.port}", headers: {Authorization: Bearer abc}}`,
  );
  expect(found.filter((each) => !each.startsWith("clock"))).toEqual(connected);
  const request = await server.seen.until((each) => each.saw === "request");
  expect(request.request.headers.authorization).toBe("Bearer abc");
  const close = await server.seen.until((each) => each.saw === "close");
  expect(close.code).toBe(1000);
  expect(server.seen.all.filter(({ saw }) => saw === "message")).toEqual([]);
});

test.each([
  [401, "problem"],
  [403, "problem"],
  [404, "problem"],
  [503, "warning"],
  [302, "warning"],
])("a WebSocket that is refused with %i is a %s", async (status, grade) => {
  const server = await startFakeServer({ script: { intercept: () => ({ status }) } });
  const found = await findings(`{endpoint: "ws://127.0.0.1:${server.port}"}`);
  expect(found).toContain(`server.answer ${grade}`);
});

test.each([
  [405, "ok"],
  [401, "problem"],
  [404, "warning"],
  [500, "problem"],
])("plain HTTP that answers %i is %s, and nothing is posted", async (status, grade) => {
  const server = await startFakeServer({ script: { intercept: () => ({ status }) } });
  const found = await findings(`{endpoint: "http://127.0.0.1:${server.port}"}`);
  expect(found).toContain(`server.answer ${grade}`);
  const request = await server.seen.until((each) => each.saw === "request");
  expect(request.request.method).toBe("GET");
});

test("the chain of a server: what is wrong with it, and when it ends", async () => {
  const authority = createAuthority();
  const pair = authority.issue({ names: ["127.0.0.1"], until: Date.now() + 90 * dayMs });
  const server = await startFakeServer({ tls: pair });
  const trusted = `{endpoint: "wss://127.0.0.1:${server.port}", tls: {ca_pem: ${JSON.stringify(authority.cert)}}}`;
  expect(await findings(trusted)).toContain("server.tls ok");
  expect(await findings(trusted, Date.now() + 80 * dayMs)).toContain("server.tls warning");
  expect(await findings(`{endpoint: "wss://127.0.0.1:${server.port}"}`)).toEqual([
    "server.connection ok",
    "server.tls problem",
  ]);
  const own = await startFakeServer({ tls: selfSigned() });
  expect(await findings(`{endpoint: "wss://127.0.0.1:${own.port}"}`)).toContain(
    "server.tls problem",
  );
});

test("a name that does not exist, a port that nobody has, and one that never answers", async () => {
  expect(await findings('{endpoint: "ws://nobody.invalid"}')).toEqual(["server.name problem"]);
  expect(await findings('{endpoint: "ws://127.0.0.1:1"}')).toEqual(["server.connection problem"]);
  const silent = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void silent.close());
  await once(silent, "listening");
  const address = silent.address() as { port: number };
  expect(await findings(`{endpoint: "ws://127.0.0.1:${address.port}"}`)).toEqual([
    "server.connection ok",
    "server.answer problem",
  ]);
});

test("a server that only stands in for the first one stops nothing by being away", async () => {
  const server = await startFakeServer();
  const found = await findings(`{endpoint: ["ws://127.0.0.1:${server.port}", "ws://127.0.0.1:1"]}`);
  expect(found).toContain("server.connection warning");
});

test.each(["ws", "http"])(
  "through a proxy, over %s, and one that wants a password",
  async (scheme) => {
    const server = await startFakeServer({
      script: scheme === "http" ? { intercept: () => ({ status: 405 }) } : {},
    });
    const proxy = await startConnectProxy();
    onTestFinished(() => proxy.close());
    const text = `{endpoint: "${scheme}://127.0.0.1:${server.port}", proxy: {url: "${proxy.url}"}}`;
    expect(await findings(text)).toContain("server.answer ok");
    expect(proxy.asked.all.length).toBe(1);
    proxy.answer = 407;
    expect((await findings(text)).join()).toMatch(/server\.(proxy|answer) problem/);
  },
);

test("credentials that cannot be had are told, and nothing is sent", async () => {
  const found = await findings(
    '{endpoint: "ws://127.0.0.1:1", header_commands: {Authorization: [/no/such/program]}}',
  );
  expect(found).toEqual(["server.credentials problem"]);
});
