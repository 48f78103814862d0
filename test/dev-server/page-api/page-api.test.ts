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
