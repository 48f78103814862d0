import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { createAccess } from "../../../src/dev-server/page-api/page-access.ts";
import type { DevServer } from "../../../src/dev-server/server.ts";
import { createDevServer } from "../../../src/dev-server/server.ts";
import { pageDirectory, startServer } from "../raw-agent.ts";

const token = "correct-horse-battery-staple";

function ask(
  server: DevServer,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<Response> {
  const json = { "content-type": "application/json", ...headers };
  const post = { method: "POST", headers: json, body: JSON.stringify(body) };
  return fetch(new URL(path, server.pageUrl), body === undefined ? { headers } : post);
}

test("with a token the page itself is open, and the API is for whoever sends it", async () => {
  const { server } = await startServer({ pageToken: token });
  expect((await ask(server, "/")).status).toBe(200);
  expect((await ask(server, "/api/agents")).status).toBe(401);
  expect((await ask(server, "/api/events")).status).toBe(401);
  expect((await ask(server, "/api/agents", { authorization: `Bearer ${token}` })).status).toBe(200);
  expect((await ask(server, "/api/agents", { authorization: `Bearer ${token}x` })).status).toBe(
    401,
  );
  expect((await ask(server, "/api/agents", { authorization: `Basic ${token}` })).status).toBe(401);
});

test("a browser exchanges the token for a cookie that scripts of a page cannot read", async () => {
  const { server } = await startServer({ pageToken: token });
  expect((await ask(server, "/api/login", {}, { token: "another" })).status).toBe(401);
  expect((await ask(server, "/api/login", {}, { token: 1 })).status).toBe(400);
  const login = await ask(server, "/api/login", {}, { token });
  const cookie = login.headers.get("set-cookie") ?? "";
  expect(login.status).toBe(200);
  expect(cookie).toMatch(/^console=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict/);
  expect(cookie).not.toContain(token);
  const session = { cookie: cookie.split(";")[0] ?? "" };
  expect((await ask(server, "/api/fleet", session)).status).toBe(200);
  expect((await ask(server, "/api/fleet", { cookie: "console=0000" })).status).toBe(401);
  const logout = await ask(server, "/api/logout", session, {});
  expect(logout.headers.get("set-cookie")).toContain("Max-Age=0");
});

test("another site cannot log in or use the session of a browser", async () => {
  const { server } = await startServer({ pageToken: token });
  const origin = { origin: "http://evil.example" };
  const path = "/api/login";
  expect((await ask(server, path, origin, { token })).status).toBe(403);
});

const behindProxy = { pageToken: token, pageOrigins: ["https://console.example"] };

test("behind a proxy the page's own origin is let in, and its cookie goes by TLS only", async () => {
  const { server } = await startServer(behindProxy);
  const origin = { origin: "https://console.example", "sec-fetch-site": "same-origin" };
  const login = await ask(server, "/api/login", origin, { token });
  expect(login.status).toBe(200);
  const cookie = login.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/; Secure$/);
  const session = { ...origin, cookie: cookie.split(";")[0] ?? "" };
  const preview = await ask(server, "/api/rollouts/preview", session, { to: { all: true } });
  expect(preview.status).toBe(200);
});

test.each([
  "http://console.example",
  "https://console.example:443",
  "https://console.example:8443",
  "https://console.example.",
  "https://console.example/",
  "https://console.example.evil.example",
  "https://evil.example/https://console.example",
  "https://evil-console.example",
  "https://console.example@evil.example",
  "https://CONSOLE.example",
  "https://console.example, https://evil.example",
  "https://",
  "null",
  "*",
])("a request with the origin %s is from another site", async (origin) => {
  const { server } = await startServer(behindProxy);
  const headers = { authorization: `Bearer ${token}`, origin };
  const answer = await ask(server, "/api/rollouts/preview", headers, { to: { all: true } });
  expect(answer.status).toBe(403);
});

test("what the browser calls cross-site stays outside, whatever origin it names", async () => {
  const { server } = await startServer(behindProxy);
  const headers = { origin: "https://console.example", "sec-fetch-site": "cross-site" };
  expect((await ask(server, "/api/login", headers, { token })).status).toBe(403);
});

test("a page without a proxy is reached at its own origin only", async () => {
  const { server } = await startServer({ pageToken: token });
  const origin = { origin: "https://console.example" };
  expect((await ask(server, "/api/login", origin, { token })).status).toBe(403);
});

test.each([
  ["console.example", "found console.example"],
  ["https://console.example/", "found another spelling of https://console.example"],
  ["https://console.example/page", "found another spelling of https://console.example"],
  ["https://console.example:443", "found another spelling of https://console.example"],
  ["HTTPS://console.example", "found another spelling of https://console.example"],
  ["https://me:secret@console.example", "found another spelling of https://console.example"],
  ["https://*.example", "found a pattern"],
  ["ftp://console.example", "found the scheme ftp:"],
  ["null", "found null"],
  ["*", "found *"],
  ["", "found "],
])("%j is no origin", async (origin, why) => {
  const options = { pageDirectory, opampPort: 0, pagePort: 0, pageToken: token };
  const refusal: unknown = await createDevServer({ ...options, pageOrigins: [origin] }).catch(
    (error: unknown) => error,
  );
  expect(String(refusal)).toContain(why);
  expect(String(refusal)).not.toContain("secret");
});

test("an origin that others reach needs a token, and one of this machine does not", async () => {
  const options = { pageDirectory, opampPort: 0, pagePort: 0 };
  const starting = createDevServer({ ...options, pageOrigins: ["https://console.example"] });
  await expect(starting).rejects.toThrow("--page-token-file");
  const { server } = await startServer({ pageOrigins: ["https://localhost:8443"] });
  const origin = { origin: "https://localhost:8443" };
  const body = { to: { all: true } };
  expect((await ask(server, "/api/rollouts/preview", origin, body)).status).toBe(200);
});

test("ten wrong tokens from one address close the way for a minute, for the right one too", async () => {
  const { server } = await startServer({ pageToken: token });
  for (let number = 0; number < 10; number += 1) {
    const answer = await ask(server, "/api/agents", { authorization: `Bearer wrong-${number}` });
    expect(answer.status).toBe(401);
  }
  const late = await ask(server, "/api/agents", { authorization: `Bearer ${token}` });
  expect(late.status).toBe(429);
  expect(late.headers.get("retry-after")).toBe("60");
  expect((await ask(server, "/api/login", {}, { token })).status).toBe(429);
});

function guess(server: DevServer, forwarded: string, given = "wrong"): Promise<Response> {
  const headers = { authorization: `Bearer ${given}`, "x-forwarded-for": forwarded };
  return ask(server, "/api/agents", headers);
}

test("behind a proxy one client that guesses shuts out nobody else", async () => {
  const { server } = await startServer({ pageToken: token, pageProxies: ["127.0.0.1"] });
  for (let number = 0; number < 10; number += 1) {
    expect((await guess(server, `203.0.113.${number}, 198.51.100.7`)).status).toBe(401);
  }
  expect((await guess(server, "203.0.113.99, 198.51.100.7", token)).status).toBe(429);
  expect((await guess(server, "198.51.100.8", token)).status).toBe(200);
  const plain = { authorization: `Bearer ${token}` };
  expect((await ask(server, "/api/agents", plain)).status).toBe(200);
});

test("who is no proxy is counted by its own address, whatever it says of others", async () => {
  const { server } = await startServer({ pageToken: token, pageProxies: ["192.0.2.1"] });
  for (let number = 0; number < 10; number += 1) {
    expect((await guess(server, `198.51.100.${number}`)).status).toBe(401);
  }
  expect((await guess(server, "198.51.100.99", token)).status).toBe(429);
});

test("however many guess, so much is remembered and no more: the one of longest ago goes", () => {
  const access = createAccess(
    token,
    () => true,
    () => 0,
  );
  const from = (remoteAddress: string): IncomingMessage =>
    ({ socket: { remoteAddress }, headers: {} }) as unknown as IncomingMessage;
  for (let number = 0; number < 10; number += 1) access.noteFailure(from("192.0.2.1"));
  expect(access.isSlowed(from("192.0.2.1"))).toBe(true);
  const guessFrom = (number: number): void =>
    access.noteFailure(from(`10.0.${Math.floor(number / 256)}.${number % 256}`));
  for (let number = 0; number < 999; number += 1) guessFrom(number);
  expect(access.isSlowed(from("192.0.2.1"))).toBe(true);
  guessFrom(999);
  expect(access.isSlowed(from("192.0.2.1"))).toBe(false);
});

test("a proxy that is none is refused at the start", async () => {
  const options = { pageDirectory, opampPort: 0, pagePort: 0, pageProxies: ["10.0.0.0/33"] };
  await expect(createDevServer(options)).rejects.toThrow("--page-proxy: expected an address");
});

test("another address than a loopback one needs a token", async () => {
  const options = { pageDirectory, opampPort: 0, pagePort: 0, pageHost: "0.0.0.0" };
  await expect(createDevServer(options)).rejects.toThrow("--page-token-file");
  const { server } = await startServer({ pageHost: "0.0.0.0", pageToken: token });
  const headers = { authorization: `Bearer ${token}` };
  expect((await ask(server, "/api/agents", headers)).status).toBe(200);
  expect((await ask(server, "/api/agents")).status).toBe(401);
});
