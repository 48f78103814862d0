import { request } from "node:https";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { test, expect } from "vitest";
import { makeAuthority, authorityOf } from "../../src/dev-server/connections/authority.ts";
import { makeCertificate } from "../../src/dev-server/connections/self-signed.ts";
import type { DevServer } from "../../src/dev-server/server.ts";
import { encodeAgentToServer } from "../../src/opamp-client/wire/codec.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import { uidOf, startServer, httpUrl, bare, fullCapabilities, connect } from "./raw-agent.ts";

const uid1 = uidToText(uidOf(1));
const dayMs = 24 * 60 * 60 * 1000;
const authority = makeAuthority(Date.now());
const ours = authorityOf(authority, dayMs).issue(uid1, Date.now());
const foreign = authorityOf(makeAuthority(Date.now()), dayMs).issue("stranger", Date.now());

async function startTls(): Promise<{ server: DevServer; ca: string }> {
  const tls = makeCertificate(Date.now());
  const { server } = await startServer({ tls, authority });
  return { server, ca: tls.cert };
}

/** The status and the Retry-After header of a message over plain HTTP. */
function post(
  server: DevServer,
  ca: string,
  certificate: object,
): Promise<{ status: number | undefined; retryAfter: string | undefined }> {
  const headers = { "content-type": "application/x-protobuf" };
  const options = { method: "POST", headers, ca, agent: false, ...certificate };
  return new Promise((resolve, reject) => {
    const sent = request(httpUrl(server), options, (response) => {
      response.resume();
      resolve({ status: response.statusCode, retryAfter: response.headers["retry-after"] });
    });
    sent.on("error", reject);
    sent.end(encodeAgentToServer(bare(1, 0n, fullCapabilities)));
  });
}

test.each([
  ["none", {}, undefined],
  ["one of this server's", ours, { subject: `CN=${uid1}`, issuedHere: true }],
  ["one of another's", foreign, { subject: "CN=stranger", issuedHere: false }],
])("who shows %s is let in over both transports, and it is noted", async (_, shown, noted) => {
  const { server, ca } = await startTls();
  const expected = noted === undefined ? undefined : (expect.objectContaining(noted) as object);
  const agent = await connect(server.opampUrl, { ca, ...shown });
  await agent.ask(bare(1, 0n, fullCapabilities));
  expect(server.agents()[0]?.connections.certificate).toEqual(expected);
  agent.socket.terminate();
  await server.waitFor(([first]) => first?.connected === false, 10_000);
  expect(await post(server, ca, shown)).toMatchObject({ status: 200 });
  expect(server.agents()[0]?.connections.certificate).toEqual(expected);
});

test("a revoked certificate ends its connection and is refused over both transports", async () => {
  const { server, ca } = await startTls();
  const agent = await connect(server.opampUrl, { ca, ...ours });
  await agent.ask(bare(1, 0n, fullCapabilities));
  expect(server.revokeCertificate(uid1).is).toBe("pushed");
  expect(await agent.closed).toBe(1008);
  await expect(connect(server.opampUrl, { ca, ...ours })).rejects.toThrow("403");
  expect(await post(server, ca, ours)).toEqual({ status: 403, retryAfter: "1" });
  expect(await post(server, ca, {})).toMatchObject({ status: 200 });
});

/** One request over a TLS connection of its own: what was answered, and with what the session can be resumed. */
async function ask(
  server: DevServer,
  options: ConnectionOptions,
): Promise<{ answer: string; resumed: boolean; session: Buffer | undefined }> {
  const socket = connectTls({ ...options, port: Number(new URL(server.opampUrl).port) });
  let session: Buffer | undefined;
  let resumed = false;
  socket.on("secureConnect", () => (resumed = socket.isSessionReused()));
  socket.on("session", (latest: Buffer) => (session = latest));
  socket.end("GET /v1/opamp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const answer = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  return { answer, resumed, session };
}

test("a revoked certificate is not let in by a TLS session that is resumed", async () => {
  const { server, ca } = await startTls();
  const agent = await connect(server.opampUrl, { ca, ...ours });
  await agent.ask(bare(1, 0n, fullCapabilities));
  const before = await ask(server, { ca, ...ours });
  expect(before.answer).toMatch(/^HTTP\/1.1 426/);
  server.revokeCertificate(uid1);
  const after = await ask(server, { ca, session: before.session });
  expect(after.resumed).toBe(true);
  expect(after.answer).toMatch(/^HTTP\/1.1 403/);
});
