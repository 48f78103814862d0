import { type OutgoingHttpHeaders, request, type IncomingMessage } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, expect, onTestFinished } from "vitest";
import { type DevServer, createDevServer } from "../../../src/dev-server/server.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import {
  uidOf,
  type RawAgent,
  startServer,
  connect,
  bare,
  fullCapabilities,
} from "../raw-agent.ts";

const uid1 = uidToText(uidOf(1));
const nobody = uidToText(uidOf(9));

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A request with exactly these headers; fetch would not let a test choose Host and Origin. */
function ask(
  server: DevServer,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  body = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, server.pageUrl);
    const sent = request(url, { method, headers, agent: false }, (response: IncomingMessage) => {
      response.toArray().then((chunks: Buffer[]) => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      }, reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function send(server: DevServer, path: string, value: unknown): Promise<Answer> {
  const json = { "content-type": "application/json" };
  return ask(server, "POST", path, json, JSON.stringify(value));
}

async function withAgent(): Promise<{ server: DevServer; agent: RawAgent }> {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  await agent.ask({ ...bare(1, 0n, fullCapabilities), health: { healthy: true } });
  return { server, agent };
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const pageFiles = {
  "index.html": "<!doctype html>".repeat(10),
  "page.js": "void 0;".repeat(20),
  "chunk-AB12.js": "void 0;".repeat(20),
  "page.css": "a { color: red }".repeat(10),
  "main.tsx": "what the page is made of",
};

test.each([
  ["/", "text/html"],
  ["/page.js", "text/javascript"],
  ["/chunk-AB12.js", "text/javascript"],
  ["/page.css", "text/css"],
])("the page's %s is served as %s with a strict policy", async (path, type) => {
  const { server } = await startServer({ pageDirectory: await folderWith(pageFiles) });
  const response = await fetch(new URL(path, server.pageUrl));
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain(type);
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect((await response.text()).length).toBeGreaterThan(100);
});

test.each([
  "/../package.json",
  "/index.html",
  "/main.tsx",
  "/tsconfig.json",
  "/README.md",
  "/api",
  "/api/agents/x",
  `/api/agents/${uid1}/other`,
])("nothing is at %s", async (path) => {
  const { server } = await startServer();
  expect((await ask(server, "GET", path)).status).toBe(404);
});

test("a directory without the page is an error that names it", async () => {
  const pageDirectory = await folderWith({});
  const starting = createDevServer({ pageDirectory, opampPort: 0, pagePort: 0 });
  await expect(starting).rejects.toThrow(pageDirectory);
});

test("the list has the address to connect to and every agent", async () => {
  const { server } = await withAgent();
  const { status, text } = await ask(server, "GET", "/api/agents");
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({
    opampUrl: server.opampUrl,
    agents: [{ uid: uid1, up: "true", connected: true }],
  });
});

test("one agent is shown in full, an unknown one is 404", async () => {
  const { server } = await withAgent();
  const { status, text } = await ask(server, "GET", `/api/agents/${uid1}`);
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({ uid: uid1, health: { healthy: true } });
  expect((await ask(server, "GET", `/api/agents/${nobody}`)).status).toBe(404);
});

test.each([
  [{ config: "receivers: {}" }, [["", "receivers: {}"]]],
  [
    { files: { "b.yaml": "b: 1", "": "a: 1" } },
    [
      ["", "a: 1"],
      ["b.yaml", "b: 1"],
    ],
  ],
  [{ files: {} }, []],
])("a saved configuration is sent to the agent: %j", async (wish, expected) => {
  const { server, agent } = await withAgent();
  const { status, text } = await send(server, `/api/agents/${uid1}/config`, wish);
  expect([status, JSON.parse(text)]).toEqual([200, { is: "pushed" }]);
  const { remoteConfig } = await agent.next();
  const files = [...(remoteConfig?.config?.configMap ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(files.map(([name, file]) => [name, Buffer.from(file.body ?? []).toString()])).toEqual(
    expected,
  );
  expect(files.every(([, file]) => file.contentType === "text/yaml")).toBe(true);
});

test.each(["{", "null", "[]", '{"config": 1}', '{"files": {"a": 1}}', '{"files": null}', ""])(
  "a wish that is none is refused: %s",
  async (body) => {
    const { server, agent } = await withAgent();
    const headers = { "content-type": "application/json" };
    const answer = await ask(server, "POST", `/api/agents/${uid1}/config`, headers, body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("expected");
    expect(agent.unread).toEqual([]);
  },
);

test("a configuration for an agent that is away is kept, and a restart of it is refused", async () => {
  const { server, agent } = await withAgent();
  agent.socket.terminate();
  await server.waitFor(([first]) => first?.connected === false, 10_000);
  expect((await send(server, `/api/agents/${uid1}/config`, { config: "" })).status).toBe(202);
  const restart = await send(server, `/api/agents/${uid1}/restart`, {});
  expect(restart.status).toBe(409);
  expect(JSON.parse(restart.text)).toMatchObject({ is: "refused" });
});

test("a restart is ordered from the page", async () => {
  const { server, agent } = await withAgent();
  expect((await send(server, `/api/agents/${uid1}/restart`, {})).status).toBe(200);
  expect((await agent.next()).command).toBeDefined();
});

test.each([
  "config",
  "restart",
  "connections",
  "packages",
  "revoke",
  "withdraw",
  "full-state",
  "message",
])("%s of an unknown agent is 404", async (action) => {
  const { server } = await startServer();
  const answer = await send(server, `/api/agents/${nobody}/${action}`, { config: "" });
  expect(answer.status).toBe(404);
});

test.each([
  ["POST", "/api/agents"],
  ["PUT", `/api/agents/${uid1}`],
  ["POST", "/api/fleet"],
  ["GET", `/api/agents/${uid1}/restart`],
])("%s %s is the wrong method", async (method, path) => {
  const { server } = await withAgent();
  expect((await ask(server, method, path, { "content-type": "application/json" })).status).toBe(
    405,
  );
});

test("a body over the limit is 413", async () => {
  const { server } = await startServer({ maxMessageBytes: 1000 });
  const answer = await send(server, `/api/agents/${uid1}/config`, { config: "#".repeat(1000) });
  expect(answer.status).toBe(413);
});

test.each([
  ["evil.example", 403],
  ["evil.example:4321", 403],
  ["localhost.evil.example", 403],
  ["127.0.0.1.evil.example", 403],
  ["localhost", 200],
  ["LOCALHOST:1234", 200],
  ["127.0.0.1:4321", 200],
  ["[::1]:4321", 200],
])("a request for the host %s gets %i", async (host, status) => {
  const { server } = await startServer();
  for (const path of ["/", "/api/agents"]) {
    expect((await ask(server, "GET", path, { host })).status).toBe(status);
  }
});

test.each<[string, OutgoingHttpHeaders, number]>([
  ["no JSON", { "content-type": "text/plain" }, 415],
  ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415],
  ["no type", {}, 415],
  [
    "another site's page",
    { "content-type": "application/json", origin: "http://evil.example" },
    403,
  ],
  [
    "a page of another port",
    { "content-type": "application/json", origin: "http://127.0.0.1:1" },
    403,
  ],
  ["a sandboxed page", { "content-type": "application/json", origin: "null" }, 403],
  [
    "what the browser calls cross-site",
    { "content-type": "application/json", "sec-fetch-site": "cross-site" },
    403,
  ],
  ["JSON with a charset", { "content-type": "application/json; charset=utf-8" }, 200],
])("a post from %s changes nothing unless it is ours", async (_, headers, status) => {
  const { server, agent } = await withAgent();
  const path = `/api/agents/${uid1}/config`;
  expect((await ask(server, "POST", path, headers, '{"config": "a: 1"}')).status).toBe(status);
  expect(server.agents()[0]?.offer !== undefined).toBe(status === 200);
  if (status === 200) expect((await agent.next()).remoteConfig).toBeDefined();
});

test("a post from the page itself is accepted", async () => {
  const { server } = await withAgent();
  const headers = {
    "content-type": "application/json",
    origin: new URL(server.pageUrl).origin,
    "sec-fetch-site": "same-origin",
  };
  const path = `/api/agents/${uid1}/config`;
  expect((await ask(server, "POST", path, headers, '{"config": "a: 1"}')).status).toBe(200);
});

test("a notice comes at once and after each change", async () => {
  const { server, agent } = await withAgent();
  const response = await fetch(new URL("/api/events", server.pageUrl));
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  onTestFinished(() => reader.cancel());
  const notice = async (): Promise<void> => {
    let text = "";
    while (!text.includes("event: change")) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream ended");
      text += value;
    }
  };
  await notice();
  await agent.ask(bare(1, 1n, fullCapabilities));
  await notice();
});
