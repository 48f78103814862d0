import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { DevServer } from "../../../src/dev-server/server.ts";
import type { AgentLogs } from "../../../src/dev-server/shapes/log-shapes.ts";
import { makeCertificate } from "../../../src/dev-server/connections/self-signed.ts";
import { encodeMessage } from "../../../src/opamp-client/wire/encode.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import { logsMessage } from "../../../src/telemetry/log-records.ts";
import { otlpTable } from "../../../src/telemetry/otlp-fields.ts";
import { rejectedIn } from "../../../src/telemetry/partial-success.ts";
import { bare, connect, poll, startServer, uidOf, type RawAgent } from "../raw-agent.ts";

const uid = uidToText(uidOf(1));
const ownLogs = 0x100n;
const accepts = 1n | 0x80n | 0x8000n | ownLogs;

/** As a supervisor sends them. */
function bytesFor(instanceId: string, ...texts: readonly string[]): Uint8Array {
  const items = texts.map((msg) => ({
    about: "agent" as const,
    line: JSON.stringify({ level: "warn", time: "2026-01-02T03:04:05.006Z", msg, port: 4317 }),
  }));
  const attribute = { key: "service.instance.id", value: { stringValue: instanceId } };
  const { name, value } = logsMessage(items, () => [attribute]);
  return encodeMessage(name, value, otlpTable);
}

function jsonFor(instanceId: string, body: object): string {
  const attributes = [{ key: "service.instance.id", value: { stringValue: instanceId } }];
  return JSON.stringify({
    resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords: [{ body }] }] }],
  });
}

function post(
  server: DevServer,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const type = typeof body === "string" ? "application/json" : "application/x-protobuf";
  return fetch(server.opampUrl.replace(/^ws/, "http").replace("/v1/opamp", "/v1/logs"), {
    method: "POST",
    headers: { "content-type": type, ...headers },
    body,
  });
}

async function logsOf(server: DevServer, after = 0): Promise<AgentLogs> {
  const path = `/api/agents/${uid}/logs?after=${after}`;
  const response = await fetch(new URL(path, server.pageUrl));
  return (await response.json()) as AgentLogs;
}

async function ask(server: DevServer, body: unknown): Promise<number> {
  const response = await fetch(new URL(`/api/agents/${uid}/logs`, server.pageUrl), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.status;
}

async function withAgent(options = {}): Promise<{ server: DevServer; agent: RawAgent }> {
  const { server } = await startServer(options);
  const agent = await connect(server.opampUrl);
  await agent.ask({ ...bare(1, 0n, accepts), agentDescription: {} });
  return { server, agent };
}

test("lines in protobuf, packed or not, and in JSON are an agent's by its instance id", async () => {
  const { server } = await withAgent();
  expect((await post(server, bytesFor(uid, "one"))).status).toBe(200);
  const packed = gzipSync(bytesFor(uid.toUpperCase(), "two"));
  expect((await post(server, packed, { "content-encoding": "gzip" })).status).toBe(200);
  const json = await post(server, jsonFor(uid, { stringValue: "three" }));
  expect([json.status, await json.json()]).toEqual([200, {}]);
  const { lines, unknownLines } = await logsOf(server);
  expect(lines.map(({ seq, text }) => [seq, text])).toEqual([
    [1, "one"],
    [2, "two"],
    [3, "three"],
  ]);
  expect(lines[0]).toMatchObject({
    at: Date.parse("2026-01-02T03:04:05.006Z"),
    severity: "warn",
    fields: { port: "4317" },
  });
  expect(unknownLines).toBe(0);
  expect((await logsOf(server, 2)).lines).toHaveLength(1);
});

test("lines with another instance id are an agent's by the header that our offer brings", async () => {
  const { server } = await withAgent();
  await post(server, bytesFor("of-the-supervisor", "mine"), { "OpAMP-Instance-UID": uid });
  expect((await logsOf(server)).lines).toMatchObject([{ text: "mine" }]);
});

test("lines of agents that nobody knows are dropped and counted, and the sender is told", async () => {
  const { server } = await withAgent();
  const nobody = uidToText(uidOf(9));
  const response = await post(server, bytesFor(nobody, "a", "b"), { "OpAMP-Instance-UID": nobody });
  const body = new Uint8Array(await response.arrayBuffer());
  expect(rejectedIn("application/x-protobuf", body)).toEqual({
    items: 2,
    why: "the receiver took only a part: no agent is known here by the service.instance.id of the resource",
  });
  const json = await post(server, jsonFor("invented", { stringValue: "c" }));
  expect(await json.json()).toMatchObject({ partialSuccess: { rejectedLogRecords: "1" } });
  const { lines, unknownLines } = await logsOf(server);
  expect([lines.length, unknownLines]).toEqual([0, 3]);
});

const deep = `${'{"arrayValue":{"values":['.repeat(100_000)}{}${"]}}".repeat(100_000)}`;
const deepBytes = (): Uint8Array => {
  let value: object = { stringValue: "x" };
  for (let depth = 0; depth < 200; depth += 1) value = { arrayValue: { values: [value] } };
  const logRecords = [{ body: value }];
  const message = { resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords }] }] };
  return encodeMessage("ExportLogsServiceRequest", message, otlpTable);
};

test.each<[string, number, Uint8Array | string, Record<string, string>]>([
  ["bytes that are no protobuf", 400, new Uint8Array(100).fill(255), {}],
  ["messages nested without end", 400, deepBytes(), {}],
  ["JSON that is cut", 400, '{"resourceLogs": [', {}],
  ["JSON that is no object", 400, "7", {}],
  ["another type", 415, "x", { "content-type": "text/html" }],
  ["another encoding", 415, "x", { "content-encoding": "br" }],
  ["more than four megabytes", 413, new Uint8Array(4 * 1024 * 1024 + 1), {}],
  ["a bomb", 413, gzipSync(new Uint8Array(64 * 1024 * 1024)), { "content-encoding": "gzip" }],
])("%s: %i, and the server goes on", async (_, status, body, headers) => {
  const { server } = await withAgent();
  expect((await post(server, body, headers)).status).toBe(status);
  expect((await post(server, bytesFor(uid, "well"))).status).toBe(200);
  expect((await logsOf(server)).lines).toHaveLength(1);
});

test("values nested without end in JSON, markup and a megabyte on a line are shown cut and harmless", async () => {
  const { server } = await withAgent();
  expect((await post(server, jsonFor(uid, {}).replace("{}}]", `${deep}}]`))).status).toBe(200);
  await post(server, jsonFor(uid, { stringValue: `\u001b[31m<script>${"x".repeat(1_000_000)}` }));
  const { lines } = await logsOf(server);
  expect(lines[0]?.text).toBe("[[[[[[[[[…]]]]]]]]]");
  expect(lines[1]?.text).toHaveLength(4_096);
  expect(lines[1]?.text.startsWith("\ufffd[31m<script>")).toBe(true);
});

test("who sends more than is taken in this time is told when to come back", async () => {
  const { server } = await withAgent();
  const large = jsonFor(uid, { stringValue: "x".repeat(3 * 1024 * 1024) });
  const statuses: number[] = [];
  for (let count = 0; count < 3; count += 1) {
    const response = await post(server, large);
    statuses.push(response.status);
    if (response.status === 429)
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  expect(statuses[0]).toBe(200);
  expect(statuses).toContain(429);
});

test("only POST is answered, and only whoever may connect as an agent", async () => {
  const { server } = await startServer({ authorization: "Bearer 1" });
  const url = server.opampUrl.replace(/^ws/, "http").replace("/v1/opamp", "/v1/logs");
  expect((await fetch(url, { headers: { authorization: "Bearer 1" } })).status).toBe(405);
  expect((await post(server, bytesFor(uid, "x"))).status).toBe(401);
  const known = await post(server, bytesFor(uid, "x"), { authorization: "Bearer 1" });
  expect(known.status).toBe(200);
});

test("an agent is asked to send its lines here, with what it needs for that, and asked to stop", async () => {
  const { cert, key } = makeCertificate(Date.now());
  const { server } = await startServer({ authorization: "Bearer 1", tls: { cert, key } });
  const headers = { authorization: "Bearer 1" };
  const agent = await connect(server.opampUrl, { headers, rejectUnauthorized: false });
  await agent.ask(bare(1, 0n, accepts));
  expect((await logsOf(server)).destination).toBe("unsaid");
  expect(await ask(server, { here: true })).toBe(200);
  const { ownLogs: offered } = (await agent.next()).connectionSettings ?? {};
  expect(offered).toEqual({
    destinationEndpoint: server.opampUrl.replace(/^wss/, "https").replace("/v1/opamp", "/v1/logs"),
    headers: {
      headers: [
        { key: "OpAMP-Instance-UID", value: uid },
        { key: "Authorization", value: "Bearer 1" },
      ],
    },
    tls: { caPemContents: cert },
  });
  expect(await logsOf(server)).toMatchObject({ destination: "here", offerState: "waiting" });
  expect(await ask(server, { here: false })).toBe(200);
  expect((await agent.next()).connectionSettings?.ownLogs).toEqual({});
  expect((await logsOf(server)).destination).toBe("nowhere");
});

test("what was meant is asked for where it cannot be read, and an agent without logs says why not", async () => {
  const { server } = await startServer();
  expect((await fetch(new URL(`/api/agents/${uid}/logs`, server.pageUrl))).status).toBe(404);
  await poll(server, bare(1, 0n));
  expect(await ask(server, { here: "yes" })).toBe(400);
  expect((await logsOf(server)).why).toContain("ReportsOwnLogs");
  const odd = await fetch(new URL(`/api/agents/${uid}/logs?after=x`, server.pageUrl));
  expect(odd.status).toBe(400);
});

test("a server that takes logs asks each new agent once, and one that was asked something never", async () => {
  const { server, agent } = await withAgent({ takesLogs: true });
  expect((await agent.next()).connectionSettings?.ownLogs?.destinationEndpoint).toContain(
    "/v1/logs",
  );
  await ask(server, { here: false });
  await agent.next();
  agent.socket.close();
  await agent.closed;
  const again = await connect(server.opampUrl);
  const reply = await again.ask({ ...bare(1, 1n, accepts), agentDescription: {} });
  expect(reply.connectionSettings?.ownLogs ?? {}).toEqual({});
  expect((await logsOf(server)).destination).toBe("nowhere");
});

test("lines go with the agent that is forgotten", async () => {
  const { server, agent } = await withAgent();
  await post(server, bytesFor(uid, "one"));
  agent.socket.close();
  await agent.closed;
  await server.waitFor((agents) => agents[0]?.connected === false, 10_000);
  server.forgetAgent(uid);
  await poll(server, bare(1, 0n, accepts));
  expect((await logsOf(server)).lines).toEqual([]);
});
