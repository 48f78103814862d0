import fc from "fast-check";
import { expect, test } from "vitest";
import { readChoice } from "../../../src/dev-server/page-api/page-packages.ts";
import type { DevServer } from "../../../src/dev-server/server.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import {
  bare,
  connect,
  fullCapabilities,
  type RawAgent,
  startServer,
  uidOf,
} from "../raw-agent.ts";
import { packagesFolder } from "../shelf/packages-folder.ts";

const uid1 = uidToText(uidOf(1));
const one = `/api/agents/${uid1}/packages`;
const version = { name: "", version: "1.0.0" };

async function start(): Promise<{ server: DevServer; agent: RawAgent }> {
  const packages = packagesFolder();
  packages.put("1.0.0/otelcol", "one");
  packages.put("2.0.0/a", "a");
  packages.put("2.0.0/b", "b");
  const { server } = await startServer({ packages });
  const agent = await connect(server.opampUrl);
  await agent.ask(bare(1, 0n, fullCapabilities | 0x18n));
  return { server, agent };
}

async function send(
  server: DevServer,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; value: unknown }> {
  const response = await fetch(new URL(path, server.pageUrl), {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, value: text.startsWith("{") ? JSON.parse(text) : text };
}

test("the page sees the folder and the public key, and nothing secret", async () => {
  const { server } = await start();
  const response = await fetch(new URL("/api/packages", server.pageUrl));
  const { shelf } = (await response.json()) as { shelf: object };
  expect(shelf).toMatchObject({
    publicKey: server.shelf!.publicKey,
    items: [{ name: "", kind: "program", version: "1.0.0", fileName: "otelcol", bytes: 3 }],
    problems: ["expected one file in 2.0.0, found a, b (links are not followed)"],
  });
  expect(JSON.stringify(shelf)).not.toMatch(/PRIVATE|key\.pem|signature/);
  const { server: bareServer } = await startServer();
  const none = await fetch(new URL("/api/packages", bareServer.pageUrl));
  expect(await none.json()).toEqual({});
});

test("a version is offered to one agent or to all, and withdrawn", async () => {
  const { server, agent } = await start();
  expect(await send(server, one, version)).toEqual({ status: 200, value: { is: "pushed" } });
  expect((await agent.next()).packagesAvailable?.packages?.size).toBe(1);
  const all = await send(server, "/api/packages", { name: "", version: null });
  const value = { pushed: 1, waiting: 0, unchanged: 0, refused: 0 };
  expect(all).toEqual({ status: 200, value });
  const empty = (await agent.next()).packagesAvailable;
  expect([empty?.packages?.size ?? 0, empty?.allPackagesHash?.length ?? 0]).toEqual([0, 32]);
  expect((await send(server, one, { name: "", version: null })).status).toBe(409);
  expect((await send(server, "/api/packages", { name: "", version: "9" })).status).toBe(409);
  const wrong = await fetch(new URL("/api/packages", server.pageUrl), { method: "DELETE" });
  expect(wrong.status).toBe(405);
});

test.each([
  [{ origin: "http://evil.example.com" }, 403],
  [{ "sec-fetch-site": "cross-site" }, 403],
  [{ "content-type": "text/plain" }, 415],
])("a page of another site offers nothing: %j", async (headers, status) => {
  const { server, agent } = await start();
  for (const path of [one, "/api/packages"]) {
    expect((await send(server, path, version, headers)).status).toBe(status);
  }
  expect([server.agents()[0]?.packages.offer, agent.unread]).toEqual([undefined, []]);
});

test("a body that names no choice is refused, whatever it is", async () => {
  const { server } = await start();
  for (const body of [
    null,
    [],
    {},
    { name: "" },
    { name: 1, version: "1" },
    { name: "", version: 1 },
  ]) {
    for (const path of [one, "/api/packages"]) {
      expect((await send(server, path, body)).status).toBe(400);
    }
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const choice = readChoice(value);
      if (typeof choice === "string") expect(choice).toContain("expected");
      else expect(typeof choice.name).toBe("string");
    }),
  );
});
