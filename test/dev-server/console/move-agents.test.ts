import nodePath from "node:path";
import { test, expect } from "vitest";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import { AgentCapability, ConfigStatus } from "../../../src/opamp-client/wire/messages.ts";
import type { DevServer } from "../../../src/dev-server/server.ts";
import type { Rollout } from "../../../src/dev-server/shapes/api-shapes.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { bare, connect, startServer, uidOf, type RawAgent } from "../raw-agent.ts";
import { ask, greeting, rolloutWhen } from "./console-api.ts";

const uid = (byte: number): string => uidToText(uidOf(byte));
const endpoint = "wss://other.example.com/v1/opamp";
const what = {
  connections: { opamp: { endpoint, headers: "Authorization: Bearer geheim" } },
};
const settings =
  AgentCapability.AcceptsOpampConnectionSettings | AgentCapability.ReportsConnectionSettingsStatus;

async function join(server: DevServer, byte: number, more = settings): Promise<RawAgent> {
  const agent = await connect(server.opampUrl);
  const hello = greeting(byte, `web-${byte}`);
  await agent.ask({ ...hello, capabilities: hello.capabilities | more });
  return agent;
}

/** Says something of the connection settings that come next, or came before. */
async function say(
  agent: RawAgent,
  byte: number,
  status: number,
  lastConnectionSettingsHash: Uint8Array,
  errorMessage = "",
): Promise<void> {
  await agent.ask({
    ...bare(byte, 1n, 0n),
    connectionSettingsStatus: { status, lastConnectionSettingsHash, errorMessage },
  });
}

async function hashOfNext(agent: RawAgent): Promise<Uint8Array> {
  const { connectionSettings } = await agent.next();
  expect(connectionSettings?.opamp?.destinationEndpoint).toBe(endpoint);
  return connectionSettings?.hash ?? new Uint8Array();
}

async function begin(server: DevServer, more: object = {}): Promise<Rollout> {
  const plan = { what, to: { all: true }, stages: [50, 100], settleSeconds: 0, ...more };
  const { status, body } = await ask(server, "POST", "/api/rollouts", plan);
  expect({ status, body }).toMatchObject({ status: 201 });
  return body as unknown as Rollout;
}

async function rollout(server: DevServer): Promise<Rollout> {
  return (await ask(server, "GET", "/api/rollouts/r1")).body as unknown as Rollout;
}

test("an address goes from stage to stage, and nothing secret of it is shown", async () => {
  const { server } = await startServer();
  const [first, second] = [await join(server, 1), await join(server, 2)];
  const begun = await begin(server);
  expect(begun.title).toBe(`server address ${endpoint}`);
  expect(begun.what).toEqual({
    connections: [
      { name: "server", taken: true, facts: [`endpoint ${endpoint}`, "headers Authorization"] },
    ],
  });
  await say(first, 1, ConfigStatus.Applied, await hashOfNext(first));
  await say(second, 2, ConfigStatus.Applied, await hashOfNext(second));
  const { why } = await rolloutWhen(server, "r1", ({ state }) => state === "done");
  expect(why).toBe("2 of 2 agents have it");
  const all = await Promise.all(
    ["/api/rollouts", "/api/rollouts/r1", `/api/agents/${uid(1)}`].map((path) =>
      ask(server, "GET", path),
    ),
  );
  expect(JSON.stringify(all)).not.toContain("geheim");
});

test("it stops when an agent cannot reach the address, and the others keep the one they have", async () => {
  const { server } = await startServer();
  const [first, second] = [await join(server, 1), await join(server, 2)];
  await begin(server);
  const hash = await hashOfNext(first);
  await say(first, 1, ConfigStatus.Failed, hash, "no such host");
  const { why } = await rolloutWhen(server, "r1", ({ state }) => state === "stopped");
  expect(why).toContain("web-1: no such host");
  expect(second.unread).toEqual([]);
  // Tried again: what it has said before is no answer to that.
  await ask(server, "POST", "/api/rollouts/r1/resume", {});
  expect(await hashOfNext(first)).toEqual(hash);
  await first.ask(bare(1, 2n, 0n));
  expect((await rollout(server)).agents[0]).toMatchObject({ state: "sent" });
  await say(first, 1, ConfigStatus.Applied, hash);
  await hashOfNext(second);
});

test("who says goodbye to go there has it, as far as can be known here", async () => {
  const { server } = await startServer();
  const [first, second] = [await join(server, 1), await join(server, 2)];
  await begin(server);
  await say(first, 1, ConfigStatus.Applying, await hashOfNext(first));
  await first.ask({ ...bare(1, 2n, 0n), agentDisconnect: {} });
  first.socket.close();
  // Nobody waits for it to come back.
  await say(second, 2, ConfigStatus.Applied, await hashOfNext(second));
  const { why, agents } = await rolloutWhen(server, "r1", ({ state }) => state === "done");
  expect(why).toBe("2 of 2 agents have it · 1 of them left for it");
  expect(agents[0]).toMatchObject({
    state: "applied",
    errorMessage: expect.stringContaining("whether it has arrived, that server knows") as string,
  });
});

test("one that is only gone is waited for", async () => {
  const { server } = await startServer();
  const [first, second] = [await join(server, 1), await join(server, 2)];
  await begin(server);
  await say(first, 1, ConfigStatus.Applying, await hashOfNext(first));
  first.socket.terminate();
  await rolloutWhen(server, "r1", ({ agents }) => agents[0]?.state === "away");
  expect(second.unread).toEqual([]);
});

test("it is refused where it makes no sense, and the preview says who takes none", async () => {
  const { server } = await startServer();
  await join(server, 1, 0n);
  const send = async (connections: object): Promise<unknown> =>
    ask(server, "POST", "/api/rollouts", { what: { connections }, to: { all: true } });
  expect(await send({ opamp: { endpoint } })).toMatchObject({
    status: 409,
    body: { error: expect.stringContaining("accepts offers of such connections") as string },
  });
  expect(await send({ opamp: { endpoint: "ftp://x" } })).toMatchObject({ status: 400 });
  expect(await send({})).toMatchObject({ status: 400 });
  const preview = { what: { connections: { opamp: {} } }, to: { all: true } };
  expect((await ask(server, "POST", "/api/rollouts/preview", preview)).body).toMatchObject({
    agents: [{ why: "it does not accept offers of such connections" }],
  });
});

test("each agent gets a certificate of its own where one is wanted", async () => {
  const { server } = await startServer();
  const agents = [await join(server, 1), await join(server, 2)];
  const connections = { opamp: { endpoint, new_certificate: true } };
  await begin(server, { what: { connections }, stages: [100] });
  const offers = await Promise.all(agents.map((agent) => agent.next()));
  const certs = offers.map(({ connectionSettings }) =>
    Buffer.from(connectionSettings?.opamp?.certificate?.cert ?? []).toString(),
  );
  expect(certs[0]).toContain("BEGIN CERTIFICATE");
  expect(certs[0]).not.toBe(certs[1]);
});

test("it goes on after a restart of the server", async () => {
  const state = { path: nodePath.join(temporaryFolder(), "console.sqlite") };
  const before = await startServer({ state });
  const first = await join(before.server, 1);
  await join(before.server, 2);
  await begin(before.server);
  const hash = await hashOfNext(first);
  await before.server.close();
  const { server } = await startServer({ state });
  expect(await rollout(server)).toMatchObject({
    state: "running",
    title: `server address ${endpoint}`,
  });
  const [again, second] = [await join(server, 1), await join(server, 2)];
  await say(again, 1, ConfigStatus.Applied, hash);
  await hashOfNext(second);
});
