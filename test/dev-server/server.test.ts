import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { test, expect, onTestFinished } from "vitest";
import { createDevServer } from "../../src/dev-server/server.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import {
  uidOf,
  startServer,
  connect,
  bare,
  fullCapabilities,
  poll,
  httpUrl,
  takenPort,
  pageDirectory,
} from "./raw-agent.ts";

const uid1 = uidToText(uidOf(1));

test("S-009 S-011 an offer that fits into no message is refused and not sent", async () => {
  const { server } = await startServer({ maxMessageBytes: 2000 });
  const agent = await connect(server.opampUrl);
  await agent.ask(bare(1, 0n, fullCapabilities));
  expect(server.offerConfig(uid1, "#".repeat(2000)).is).toBe("refused");
  expect((await agent.ask(bare(1, 1n, fullCapabilities))).remoteConfig).toBeUndefined();
  expect(agent.unread).toEqual([]);
});

test("an offer reaches an agent at once over WebSocket, and its verdict is awaited by event", async () => {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  await agent.ask(bare(1, 0n, fullCapabilities));
  expect(server.offerConfig(uid1, "receivers: {}").is).toBe("pushed");
  const offered = await agent.next();
  const file = offered.remoteConfig?.config?.configMap?.get("");
  expect(Buffer.from(file?.body ?? []).toString()).toBe("receivers: {}");
  const applied = server.waitFor(([first]) => first?.offer?.state === "applied", 10_000);
  await agent.ask({
    ...bare(1, 1n, fullCapabilities),
    remoteConfigStatus: { lastRemoteConfigHash: offered.remoteConfig!.configHash!, status: 1 },
  });
  expect((await applied)[0]?.uid).toBe(uid1);
});

test("an offer over plain HTTP comes with the next poll, and entries keep what they were given", async () => {
  const { server } = await startServer();
  await poll(server, bare(1, 0n, fullCapabilities));
  const entry = { body: Buffer.from("{}"), contentType: "application/json", role: "base" };
  expect(server.offerConfig(uid1, new Map([["a.json", entry]])).is).toBe("waiting");
  const reply = await poll(server, bare(1, 1n, fullCapabilities));
  const file = reply.remoteConfig?.config?.configMap?.get("a.json");
  expect({ ...file, body: Buffer.from(file?.body ?? []) }).toEqual(entry);
});

test("a restart command reaches the agent", async () => {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  await agent.ask(bare(1, 0n, fullCapabilities));
  expect(server.restartAgent(uid1).is).toBe("pushed");
  const { command } = await agent.next();
  expect(command?.type ?? 0).toBe(0);
  expect(command).toBeDefined();
});

test("S-058 an agent whose connection breaks is shown as disconnected", async () => {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  await agent.ask(bare(1, 0n));
  agent.socket.terminate();
  const [shown] = await server.waitFor(([first]) => first?.connected === false, 10_000);
  expect(shown?.disconnectedWhy).toContain("1006");
});

test("a peer that reconnects while its old connection still says goodbye keeps its uid", async () => {
  const { server } = await startServer();
  const old = await connect(server.opampUrl);
  await old.ask(bare(1, 0n));
  // Who does not read never sees the server's goodbye, so the old TCP connection stays open.
  old.socket.pause();
  old.socket.close(1000);
  const again = await connect(server.opampUrl);
  expect((await again.ask(bare(1, 1n))).agentIdentification).toBeUndefined();
});

test("an agent on plain HTTP that stops polling is shown as disconnected", async () => {
  const { server } = await startServer({ httpSilenceMs: 20 });
  await poll(server, bare(1, 0n));
  const [shown] = await server.waitFor(([first]) => first?.connected === false, 10_000);
  expect(shown?.uid).toBe(uid1);
});

test("S-057 closing says goodbye with a close frame and ends what is waited for", async () => {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  await agent.ask(bare(1, 0n));
  const waiting = server.waitFor(() => false, 60_000);
  const refused = expect(waiting).rejects.toMatchObject({ code: "internal" });
  await server.close();
  expect(await agent.closed).toBe(1001);
  await refused;
  await expect(fetch(server.pageUrl)).rejects.toThrow();
  await expect(fetch(httpUrl(server))).rejects.toThrow();
});

test("a peer that connects and says nothing does not keep the server from closing", async () => {
  const { server } = await startServer();
  const { hostname, port } = new URL(server.opampUrl);
  const silent = connectTcp(Number(port), hostname);
  silent.on("error", () => undefined);
  await once(silent, "connect");
  await server.close();
  silent.destroy();
});

test("a wait that is over tells what was found instead", async () => {
  const { server } = await startServer();
  await poll(server, bare(1, 0n));
  await expect(server.waitFor(() => false, 5)).rejects.toThrow(uid1);
  const fault = (): boolean => {
    throw new Error("fault of the test");
  };
  await expect(server.waitFor(fault, 1000)).rejects.toThrow("fault of the test");
});

test.each(["opampPort", "pagePort"] as const)(
  "a taken %s is named with what to do",
  async (option) => {
    const port = await takenPort();
    const ports = { opampPort: 0, pagePort: 0, [option]: port };
    const starting = createDevServer({ pageDirectory, ...ports });
    const flag = option === "opampPort" ? "--port" : "--page-port";
    await expect(starting).rejects.toMatchObject({ code: "port-in-use" });
    await expect(starting).rejects.toThrow(new RegExp(`port ${port} .* ${flag}$`));
  },
);

test("a page that may not start takes the endpoint down with it", async () => {
  const opampPort = await freePort();
  const place = { pageDirectory, opampPort, pagePort: 0 };
  await expect(createDevServer({ ...place, pageHost: "0.0.0.0" })).rejects.toMatchObject({
    code: "settings-invalid",
  });
  const server = await createDevServer(place);
  onTestFinished(() => server.close());
  expect(new URL(server.opampUrl).port).toBe(String(opampPort));
});

test("what happens is posted, without bodies and headers", async () => {
  const { server, events } = await startServer({ authorization: "Bearer secret-word" });
  const agent = await connect(server.opampUrl, {
    headers: { authorization: "Bearer secret-word" },
  });
  await agent.ask({ ...bare(1, 7n), health: { lastError: "private text" } });
  await agent.askRaw("hello");
  expect(events.map((event) => event.on)).toEqual([
    "listening",
    "link-opened",
    "message-received",
    "message-sent",
    "message-refused",
    "message-sent",
  ]);
  expect(events[2]).toMatchObject({ uid: uid1, sequenceNum: "7", connectionId: "ws-1" });
  expect(JSON.stringify(events)).not.toMatch(/secret-word|private text/);
});

async function freePort(): Promise<number> {
  const server = await createDevServer({ pageDirectory, opampPort: 0, pagePort: 0 });
  const { port } = new URL(server.opampUrl);
  await server.close();
  return Number(port);
}
