import { test, expect } from "vitest";
import type { DevServer } from "../../../src/dev-server/server.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import { uidOf, startServer, connect, bare, fullCapabilities } from "../raw-agent.ts";

const uid1 = uidToText(uidOf(1));

async function send(
  server: DevServer,
  path: string,
  value: unknown,
): Promise<{ status: number; text: string }> {
  const response = await fetch(new URL(path, server.pageUrl), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  });
  return { status: response.status, text: await response.text() };
}

async function withAgent(): Promise<{ server: DevServer }> {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  await agent.ask(bare(1, 0n, fullCapabilities));
  return { server };
}

test("connections are offered with a certificate, and nothing secret of it is shown again", async () => {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  await agent.ask(bare(1, 0n, fullCapabilities | 0x100n));
  const opamp = { headers: "Authorization: Bearer secret", new_certificate: true };
  const answer = await send(server, `/api/agents/${uid1}/connections`, { opamp });
  expect(answer).toEqual({ status: 200, text: '{"is":"pushed"}' });
  const offered = (await agent.next()).connectionSettings?.opamp;
  expect(offered?.headers?.headers).toEqual([{ key: "Authorization", value: "Bearer secret" }]);
  expect(Buffer.from(offered?.certificate?.privateKey ?? []).toString()).toContain("PRIVATE KEY");
  const shown = JSON.stringify(server.agents());
  expect(shown).toContain(`certificate CN=${uid1}`);
  const page = await fetch(new URL(`/api/agents/${uid1}`, server.pageUrl));
  const shownThere = await page.text();
  expect([JSON.parse(shownThere)]).toMatchObject(JSON.parse(shown));
  expect(shownThere).not.toMatch(/secret|PRIVATE/);
  expect(shown).not.toMatch(/secret|PRIVATE/);
});

test.each<[unknown, number, string]>([
  [{}, 400, "expected one of opamp"],
  [{ opamp: { endpoint: "ftp://a" } }, 409, "expected a URL with ws://"],
])("connections %j are answered by %i", async (wish, status, why) => {
  const { server } = await withAgent();
  const answer = await send(server, `/api/agents/${uid1}/connections`, wish);
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(why);
});

test("a certificate that nobody has shown cannot be revoked", async () => {
  const { server } = await withAgent();
  const answer = await send(server, `/api/agents/${uid1}/revoke`, {});
  expect(answer.status).toBe(409);
  expect(answer.text).toContain("has shown no client certificate");
});

test("a configuration is taken as YAML, as curl sends it", async () => {
  const { server } = await withAgent();
  const response = await fetch(new URL(`/api/agents/${uid1}/config`, server.pageUrl), {
    method: "POST",
    headers: { "content-type": "application/yaml" },
    body: "receivers: {}\n",
  });
  expect(response.status).toBe(200);
  expect(server.agents()[0]?.offer?.files).toMatchObject([{ name: "", text: "receivers: {}\n" }]);
});

test("the fleet is counted, and its agents are found by a query", async () => {
  const { server } = await withAgent();
  const read = async (path: string): Promise<{ status: number; value: unknown }> => {
    const response = await fetch(new URL(path, server.pageUrl));
    return { status: response.status, value: await response.json() };
  };
  expect(await read("/api/fleet")).toMatchObject({
    status: 200,
    value: { opampUrl: server.opampUrl, counts: { total: 1, unknown: 1 } },
  });
  const found = await read("/api/agents?query=is:unknown");
  expect(found).toMatchObject({ value: { agents: [{ uid: uid1, condition: "unknown" }] } });
  expect(await read("/api/agents?query=is:away")).toMatchObject({ value: { agents: [] } });
  expect(await read("/api/agents?query=NOT")).toMatchObject({ status: 400 });
});

test("an agent is asked, told and forgotten by the API", async () => {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  const customCapabilities = { capabilities: ["io.example"] };
  await agent.ask({ ...bare(1, 0n, fullCapabilities), customCapabilities });
  const path = `/api/agents/${uid1}`;
  expect((await send(server, `${path}/full-state`, {})).status).toBe(200);
  expect((await agent.next()).flags).toBe(1n);
  const message = { capability: "io.example", type: "t", data: "ü" };
  expect((await send(server, `${path}/message`, message)).status).toBe(200);
  expect((await agent.next()).customMessage).toEqual({
    ...message,
    data: new TextEncoder().encode("ü"),
  });
  expect((await send(server, `${path}/message`, { type: "t" })).status).toBe(400);
  expect((await send(server, `${path}/withdraw`, { what: "config" })).status).toBe(409);
  expect((await send(server, `${path}/withdraw`, { what: "all" })).status).toBe(400);
  const forget = (): Promise<Response> =>
    fetch(new URL(path, server.pageUrl), { method: "DELETE" });
  expect((await forget()).status).toBe(409);
  agent.socket.terminate();
  await server.waitFor(([first]) => first?.connected === false, 10_000);
  expect((await forget()).status).toBe(200);
  expect((await forget()).status).toBe(404);
});

test("a big answer is packed for whoever can unpack it", async () => {
  const { server } = await withAgent();
  const big = `# ${"x".repeat(100_000)}`;
  await send(server, `/api/agents/${uid1}/config`, { config: big });
  const ask = (encoding: string): Promise<Response> =>
    fetch(new URL(`/api/agents/${uid1}`, server.pageUrl), {
      headers: { "accept-encoding": encoding },
    });
  const packed = await ask("gzip");
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect(Number(packed.headers.get("content-length"))).toBeLessThan(5000);
  expect(await packed.text()).toContain(big);
  const plain = await ask("identity");
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(await plain.text()).toContain(big);
});
