import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { onTestFinished, test, expect } from "vitest";
import { WebSocket } from "ws";
import {
  type LocalLimits,
  type LocalFact,
  createLocalServer,
  localPath,
} from "../../../src/agent/extension/local-endpoint.ts";
import { tokenHeader, tokenOf } from "../../../src/agent/extension/local-token.ts";
import { encodeAgentToServer, decodeServerToAgent } from "../../../src/opamp-client/wire/codec.ts";
import type { AgentToServer } from "../../../src/opamp-client/wire/messages.ts";
import { addFrameHeader, readFrame } from "../../../src/opamp-client/wire/ws-frame.ts";
import { takenPort } from "../../dev-server/raw-agent.ts";
import { createEventLog } from "../../helpers/event-log.ts";

const secret = "the secret";
const generous: LocalLimits = {
  maxMessageBytes: 1_000,
  pingEveryMs: 60_000,
  requestTimeoutMs: 60_000,
  health: { gatherMs: 60_000, betweenMs: 60_000 },
  pace: { burst: 1_000, bytesEach: 1_000, everyMs: 60_000 },
};

async function start(limits: Partial<LocalLimits> = {}, wantedPort = 0) {
  const facts = createEventLog<LocalFact>();
  const server = createLocalServer({ port: wantedPort, secret }, (fact) => facts.add(fact), {
    ...generous,
    ...limits,
  });
  const port = (await server.listen()) ?? 0;
  onTestFinished(() => server.close());
  return { server, facts, port, count: (on: LocalFact["on"]) => countOf(facts.all, on) };
}

function countOf(facts: readonly LocalFact[], on: LocalFact["on"]): number {
  return facts.filter((fact) => fact.on === on).length;
}

function dial(port: number, token: string | undefined, path = localPath): WebSocket {
  const headers = token === undefined ? {} : { [tokenHeader]: token };
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  socket.on("error", () => undefined);
  onTestFinished(() => socket.terminate());
  return socket;
}

async function agentOf(port: number, run = 1): Promise<WebSocket> {
  const socket = dial(port, tokenOf(secret, run));
  await once(socket, "open");
  return socket;
}

async function statusOf(socket: WebSocket): Promise<number | undefined> {
  const [, response] = (await once(socket, "unexpected-response")) as [
    unknown,
    { statusCode?: number },
  ];
  return response.statusCode;
}

const message: AgentToServer = {
  instanceUid: new Uint8Array(16).fill(7),
  sequenceNum: 3n,
  capabilities: 1n,
};
const frame = addFrameHeader(encodeAgentToServer(message));

test("who shows the secret is heard, with the run that its token names", async () => {
  const { facts, port } = await start();
  const socket = await agentOf(port, 4);
  socket.send(frame);
  const said = await facts.until((fact) => fact.on === "agent-said");
  expect(said).toEqual({ on: "agent-said", run: 4, message, overtaken: 0 });
  expect(facts.all[0]).toEqual({ on: "agent-connected", run: 4 });
});

test.each([
  ["another secret", tokenOf("other", 1)],
  ["no token", undefined],
])("who shows %s gets 401 and is not heard", async (_, token) => {
  const { facts, port } = await start();
  expect(await statusOf(dial(port, token))).toBe(401);
  const answer = await fetch(`http://127.0.0.1:${port}${localPath}`, { method: "POST" });
  expect(answer.status).toBe(401);
  expect(facts.all.map(({ on }) => on)).toEqual(["turned-away", "turned-away"]);
});

test("no fact and no answer holds the secret", async () => {
  const { facts, port } = await start();
  await statusOf(dial(port, `1.${secret}x`));
  expect(JSON.stringify(facts.all)).not.toContain(secret);
});

test("other paths and plain requests are refused, secret or not", async () => {
  const { port } = await start();
  expect(await statusOf(dial(port, tokenOf(secret, 1), "/other"))).toBe(404);
  const headers = { [tokenHeader]: tokenOf(secret, 1) };
  const answer = await fetch(`http://127.0.0.1:${port}${localPath}`, { headers });
  expect(answer.status).toBe(426);
});

test("of two connections the newest counts, and the older one is closed", async () => {
  const { facts, port, server } = await start();
  const older = await agentOf(port, 1);
  const closed = once(older, "close");
  const newer = await agentOf(port, 2);
  await closed;
  newer.send(frame);
  await facts.until((fact) => fact.on === "agent-said");
  expect(facts.all.map((fact) => [fact.on, "run" in fact ? fact.run : undefined])).toEqual([
    ["agent-connected", 1],
    ["agent-disconnected", 1],
    ["agent-connected", 2],
    ["agent-said", 2],
  ]);
  const got = once(newer, "message");
  server.send(1, { flags: 1n });
  server.send(2, { flags: 2n });
  const [data] = (await got) as [Buffer];
  expect(decodeServerToAgent(readFrame(data) ?? new Uint8Array())).toEqual({ flags: 2n });
});

test("a message that is too large ends the connection and is not heard", async () => {
  const { facts, port, count } = await start();
  const socket = await agentOf(port);
  const closed = once(socket, "close");
  socket.send(new Uint8Array(generous.maxMessageBytes + 1));
  expect((await closed)[0]).toBe(1009);
  await facts.until((fact) => fact.on === "agent-disconnected");
  expect(count("agent-said")).toBe(0);
});

test.each([
  ["text", "hello"],
  ["another header", Uint8Array.of(1, 2, 3)],
  ["nothing at all", new Uint8Array()],
  ["no protobuf", Uint8Array.of(0, 0xff, 0xff)],
])("a frame with %s is turned away and the next one is heard", async (_, garbage) => {
  const { facts, port } = await start();
  const socket = await agentOf(port);
  socket.send(garbage);
  socket.send(frame);
  await facts.until((fact) => fact.on === "agent-said");
  expect(facts.all.map(({ on }) => on)).toEqual(["agent-connected", "turned-away", "agent-said"]);
});

test("bytes that are no WebSocket after the upgrade end the connection alone", async () => {
  const { facts, port } = await start();
  const socket = await agentOf(port);
  const { _socket: stream } = socket as unknown as { _socket: NodeJS.WritableStream };
  stream.write(Buffer.alloc(64, 0xff));
  await facts.until((fact) => fact.on === "agent-disconnected");
  await agentOf(port, 2);
  await facts.until((fact) => fact.on === "agent-connected", 2);
});

test("a peer that answers no ping is taken as gone", async () => {
  const { facts, port } = await start({ pingEveryMs: 20 });
  const socket = await agentOf(port);
  const { _socket: stream } = socket as unknown as { _socket: NodeJS.ReadableStream };
  stream.pause();
  await facts.until((fact) => fact.on === "agent-disconnected");
});

test("a connection that never says what it wants keeps nobody out", async () => {
  const { facts, port } = await start({ requestTimeoutMs: 50 });
  const silent = connectTcp(port, "127.0.0.1");
  onTestFinished(() => void silent.destroy());
  await once(silent, "connect");
  silent.write("GET /v1/opamp HTTP/1.1\r\n");
  await agentOf(port);
  await facts.until((fact) => fact.on === "agent-connected");
});

test("a crowd that says nothing keeps nobody out, and takes nobody's place", async () => {
  const { facts, port, count } = await start();
  const crowd = async (): Promise<void> => {
    for (let number = 0; number < 80; number += 1) {
      const silent = connectTcp(port, "127.0.0.1").on("error", () => undefined);
      onTestFinished(() => void silent.destroy());
      await once(silent, "connect");
    }
  };
  await crowd();
  const socket = await agentOf(port);
  await crowd();
  socket.send(frame);
  await facts.until((fact) => fact.on === "agent-said");
  expect(count("agent-disconnected")).toBe(0);
});

test("the goodbye of the agent is told once", async () => {
  const { facts, port, count } = await start();
  const socket = await agentOf(port);
  socket.close(1000);
  await facts.until((fact) => fact.on === "agent-disconnected");
  expect(count("agent-disconnected")).toBe(1);
});

test("a port that is taken is said, and another one is used", async () => {
  const taken = await takenPort();
  const { port, facts } = await start({}, taken);
  expect(port).not.toBe(taken);
  expect(port).toBeGreaterThan(0);
  expect(facts.all[0]).toMatchObject({ on: "port-refused" });
  await agentOf(port);
});

/** A frame with this number and these parts. */
function framed(sequenceNum: number, parts: Partial<AgentToServer>): Uint8Array {
  const whole = { ...message, sequenceNum: BigInt(sequenceNum), ...parts };
  return addFrameHeader(encodeAgentToServer(whole));
}

test("of a flood of health the newest is read, and nothing else is lost", async () => {
  const { facts, port } = await start();
  const socket = await agentOf(port);
  const sent = Array.from({ length: 2_000 }, (_, number): Partial<AgentToServer> => {
    const health = { healthy: true, status: `${number}` };
    if (number % 500 === 100) return { customMessage: { type: `${number}` } };
    return number === 1_999 ? { health, agentDescription: {} } : { health };
  });
  for (const [number, parts] of sent.entries()) socket.send(framed(number, parts));
  await facts.until((fact) => fact.on === "agent-said" && fact.message.sequenceNum === 1_999n);
  const heard = facts.all.flatMap((fact) => (fact.on === "agent-said" ? [fact] : []));
  expect(heard.map((fact) => [Number(fact.message.sequenceNum), fact.overtaken])).toEqual([
    [99, 99],
    [100, 0],
    [599, 498],
    [600, 0],
    [1_099, 498],
    [1_100, 0],
    [1_599, 498],
    [1_600, 0],
    [1_999, 398],
  ]);
  expect(heard.at(-1)?.message.health).toEqual({ healthy: true, status: "1999" });
});

test("a flood of anything else is read at its pace, and none of it is lost", async () => {
  const pace = { burst: 10, bytesEach: 1_000, everyMs: 1 };
  const { facts, port, count } = await start({ pace });
  const socket = await agentOf(port);
  for (let number = 0; number < 300; number += 1) {
    socket.send(number % 3 === 0 ? "a text" : framed(number, { customMessage: { type: "a" } }));
  }
  await facts.until((fact) => fact.on === "agent-said" && fact.message.sequenceNum === 299n);
  expect([count("agent-said"), count("turned-away")]).toEqual([200, 100]);
});

test("a connection that is not read for a while is not taken as gone, and is closed in order", async () => {
  const pace = { burst: 1, bytesEach: 1_000, everyMs: 60_000 };
  const { server, facts, port, count } = await start({ pace, pingEveryMs: 5 });
  const socket = await agentOf(port);
  socket.send(frame);
  await facts.until((fact) => fact.on === "agent-said");
  const pings = createEventLog<string>();
  socket.on("ping", () => pings.add("ping"));
  await pings.until(() => pings.all.length > 3);
  expect(count("agent-disconnected")).toBe(0);
  const closed = once(socket, "close");
  await server.close();
  expect((await closed)[0]).toBe(1001);
});

test("the last word on health is heard without another message", async () => {
  const { facts, port, count } = await start({ health: { gatherMs: 1, betweenMs: 1 } });
  const socket = await agentOf(port);
  for (const number of [0, 1, 2]) socket.send(framed(number, { health: { healthy: true } }));
  const last = await facts.until(
    (fact) => fact.on === "agent-said" && fact.message.sequenceNum === 2n,
  );
  expect(last).toMatchObject({ message: { health: { healthy: true } } });
  expect(count("agent-said")).toBeLessThanOrEqual(3);
});

test("health that waits when the connection ends is not heard", async () => {
  const { facts, port, count } = await start({ health: { gatherMs: 1, betweenMs: 60_000 } });
  const socket = await agentOf(port);
  socket.send(framed(0, { health: { healthy: true } }));
  await facts.until((fact) => fact.on === "agent-said");
  socket.send(framed(1, { health: { healthy: false } }));
  socket.close(1000);
  await facts.until((fact) => fact.on === "agent-disconnected");
  expect(count("agent-said")).toBe(1);
});

test("once it is closed the agent is told so and nothing listens any more", async () => {
  const { server, port } = await start();
  const socket = await agentOf(port);
  const closed = once(socket, "close");
  await server.close();
  expect((await closed)[0]).toBe(1001);
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});
