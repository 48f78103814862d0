import { expect, test } from "vitest";
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

test("another address than a loopback one needs a token", async () => {
  const options = { pageDirectory, opampPort: 0, pagePort: 0, pageHost: "0.0.0.0" };
  await expect(createDevServer(options)).rejects.toThrow("--page-token-file");
  const { server } = await startServer({ pageHost: "0.0.0.0", pageToken: token });
  const headers = { authorization: `Bearer ${token}` };
  expect((await ask(server, "/api/agents", headers)).status).toBe(200);
  expect((await ask(server, "/api/agents")).status).toBe(401);
});
