import nodePath from "node:path";
import { test, expect } from "vitest";
import { filesOfOffer } from "../../../src/dev-server/fleet/offered-config.ts";
import { hashOf } from "../../../src/dev-server/fleet/remote-config.ts";
import { addFrameHeader } from "../../../src/opamp-client/wire/ws-frame.ts";
import { encodeAgentToServer } from "../../../src/opamp-client/wire/codec.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import { ConfigStatus, type ServerToAgent } from "../../../src/opamp-client/wire/messages.ts";
import type { Pictures } from "../../../src/dev-server/shapes/api-shapes.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { bare, startServer, uidOf, type RawAgent } from "../raw-agent.ts";
import { ask, greeting, join, rolloutWhen } from "./console-api.ts";

const uid = (byte: number): string => uidToText(uidOf(byte));

function textIn(message: ServerToAgent): string {
  const files = message.remoteConfig?.config?.configMap;
  return Buffer.from([...(files?.values() ?? [])][0]?.body ?? []).toString();
}

/** Says what became of the offer that comes next. */
async function decide(
  agent: RawAgent,
  byte: number,
  status: number,
  errorMessage = "",
): Promise<string> {
  const offered = await agent.next();
  const lastRemoteConfigHash = offered.remoteConfig?.configHash ?? new Uint8Array();
  await agent.ask({
    ...bare(byte, 1n, 0n),
    remoteConfigStatus: { status, lastRemoteConfigHash, errorMessage },
  });
  return textIn(offered);
}

test("a new agent gets what its group has, once, and its history says why", async () => {
  const { server } = await startServer();
  await ask(server, "PUT", "/api/configurations/gateways", { config: "a: 1" });
  await ask(server, "PUT", "/api/configurations/gateways", { config: "a: 2", note: "second" });
  const group = { query: "host=web-*", configuration: "gateways" };
  expect(await ask(server, "PUT", "/api/groups/web", group)).toEqual({
    status: 200,
    body: { name: "web", ...group, agents: 0 },
  });
  const agent = await join(server, 1, "web-1");
  expect(await decide(agent, 1, ConfigStatus.Applied)).toBe("a: 2");
  const page = await ask(server, "GET", `/api/agents/${uid(1)}`);
  expect(page.body["configuration"]).toEqual({ name: "gateways", version: 2 });
  expect(JSON.stringify(page.body["history"])).toContain(
    "gateways 2 · first connection, group web",
  );
  const configurations = await ask(server, "GET", "/api/configurations");
  expect(configurations.body).toMatchObject({
    configurations: [
      { name: "gateways", groups: ["web"], agents: { newest: 1, older: 0 }, versions: [{}, {}] },
    ],
  });
  server.offerConfig(uid(1), "a: own");
  expect(textIn(await agent.next())).toBe("a: own");
  agent.socket.terminate();
  await server.waitFor((agents) => agents.every(({ connected }) => !connected), 10_000);
  const again = await join(server, 1, "web-1");
  expect(textIn(await again.ask(bare(1, 2n, 0n)))).toBe("a: own");
});

test("an agent of no group, and one that has an offer before it has said who it is, get nothing", async () => {
  const { server } = await startServer();
  await ask(server, "PUT", "/api/configurations/gateways", { config: "a: 1" });
  await ask(server, "PUT", "/api/groups/web", { query: "host=web-*", configuration: "gateways" });
  const other = await join(server, 1, "db-1");
  const silent = await join(server, 2, "web-2").then((agent) => agent);
  expect(textIn(await silent.next())).toBe("a: 1");
  expect(other.unread).toEqual([]);
  const { body } = await ask(server, "GET", `/api/agents/${uid(1)}`);
  expect(body["offers"]).toEqual([]);
});

test("a rollout goes from agent to agent, and what they say is shown", async () => {
  const { server } = await startServer();
  const agents = [await join(server, 1, "web-1"), await join(server, 2, "web-2")] as const;
  await ask(server, "PUT", "/api/configurations/gateways", { config: "a: 1" });
  const started = await ask(server, "POST", "/api/rollouts", {
    what: { configuration: "gateways", version: 1 },
    to: { query: "web" },
    stages: [50, 100],
    settleSeconds: 0,
  });
  expect(started.status).toBe(201);
  expect(started.body).toMatchObject({
    ...{ id: "r1", title: "gateways, version 1", to: "agents that web finds", state: "running" },
    agents: [
      { uid: uid(1), state: "sent", stage: 0 },
      { uid: uid(2), state: "pending", stage: 1 },
    ],
  });
  expect(await decide(agents[0], 1, ConfigStatus.Applied)).toBe("a: 1");
  expect(await decide(agents[1], 2, ConfigStatus.Applied)).toBe("a: 1");
  const ended = await rolloutWhen(server, "r1", ({ state }) => state === "done");
  expect(ended.why).toBe("2 of 2 agents have it");
  const list = await ask(server, "GET", "/api/rollouts");
  expect(list.body).toMatchObject({ rollouts: [{ id: "r1", counts: { applied: 2 } }] });
  expect(JSON.stringify(list.body)).not.toContain('agents":[');
});

test("a rollout stops by itself, new agents do not get it, and it can be tried again", async () => {
  const { server } = await startServer();
  const first = await join(server, 1, "web-1");
  await join(server, 2, "web-2");
  await ask(server, "PUT", "/api/configurations/gateways", { config: "a: 1" });
  await ask(server, "PUT", "/api/configurations/gateways", { config: "a: bad" });
  await ask(server, "PUT", "/api/groups/all", { query: "", configuration: "gateways" });
  const what = { configuration: "gateways", version: 2 };
  await ask(server, "POST", "/api/rollouts", { what, to: { all: true }, settleSeconds: 0 });
  await decide(first, 1, ConfigStatus.Failed, "no such exporter");
  const stopped = await rolloutWhen(server, "r1", ({ state }) => state === "stopped");
  expect(stopped.why).toContain("web-1: no such exporter");
  expect(stopped.agents[1]?.state).toBe("pending");
  const third = await join(server, 3, "web-3");
  expect(textIn(await third.next())).toBe("a: 1");
  const resumed = await ask(server, "POST", "/api/rollouts/r1/resume", {});
  expect(resumed.body).toMatchObject({ state: "running" });
  expect(await decide(first, 1, ConfigStatus.Applied)).toBe("a: bad");
  await rolloutWhen(server, "r1", ({ stage }) => stage === 1);
  const byHand = await ask(server, "POST", "/api/rollouts/r1/stop", {});
  expect(byHand.body).toMatchObject({ state: "stopped", why: "stopped by a person" });
  expect((await ask(server, "POST", "/api/rollouts/r1/stop", {})).status).toBe(409);
});

test("the newer of two rollouts wins, and the earlier one says so", async () => {
  const { server } = await startServer();
  await join(server, 1, "web-1");
  const second = await join(server, 2, "web-2");
  const start = (text: string, uids: readonly string[]): Promise<unknown> =>
    ask(server, "POST", "/api/rollouts", { what: { files: { "": text } }, to: { uids } });
  await start("a: 1", [uid(1), uid(2)]);
  await start("a: 2", [uid(2)]);
  expect(textIn(await second.next())).toBe("a: 2");
  const earlier = await rolloutWhen(server, "r1", () => true);
  expect(earlier.why).toContain("1 gets something newer instead");
  expect(earlier.agents[1]).toMatchObject({
    ...{ state: "overtaken", errorMessage: "the newer rollout r2 has it" },
  });
});

test("it is told before who would get something, and why some would not", async () => {
  const { server } = await startServer();
  await join(server, 1, "web-1");
  const away = await join(server, 2, "web-2");
  away.socket.terminate();
  await server.waitFor((agents) => agents.some(({ connected }) => !connected), 10_000);
  const preview = (body: object): ReturnType<typeof ask> =>
    ask(server, "POST", "/api/rollouts/preview", body);
  expect((await preview({ to: { query: "web" } })).body).toEqual({
    agents: [
      { uid: uid(1), name: "agent-1", hostName: "web-1" },
      { uid: uid(2), name: "agent-2", hostName: "web-2", why: "it is away" },
    ],
  });
  const what = { package: { name: "", version: "1" } };
  expect((await preview({ to: { uids: [uid(1)] }, what })).body).toMatchObject({
    agents: [{ why: "it does not accept packages" }],
  });
});

test.each<[object, number, string]>([
  [{ to: { all: true } }, 400, 'expected \\"what\\" as one of'],
  [{ what: { files: { "": "a" } } }, 400, 'expected \\"to\\" as one of'],
  [{ what: { files: { "": "a" } }, to: { all: true, group: "a" } }, 400, "one of"],
  [{ what: { files: {} }, to: { all: true } }, 400, "at least one text"],
  [{ what: { files: { a: "b" } }, to: { group: "none" } }, 404, "no group none"],
  [{ what: { files: { a: "b" } }, to: { query: "is:" } }, 400, "the query, character 4"],
  [{ what: { files: { a: "b" } }, to: { query: "nobody" } }, 409, "nobody is there"],
  [{ what: { files: { a: "b" } }, to: { uids: ["x"] } }, 404, "no agent has the uid x"],
  [{ what: { configuration: "a", version: 1 }, to: { all: true } }, 404, "no version 1 of"],
  [{ what: { package: { name: "a", version: "1" } }, to: { all: true } }, 404, "in the folder"],
  [{ what: { files: { a: "b" } }, to: { all: true }, stages: [50] }, 400, "the last one 100"],
  [{ what: { files: { a: "b" } }, to: { all: true }, stages: ["50"] }, 400, "a list of numbers"],
  [{ what: { files: { a: "b" } }, to: { all: true }, failuresAllowed: -1 }, 400, "0 or more"],
  [{ what: { files: { a: "b" } }, to: { all: true }, settleSeconds: 1e9 }, 400, "to settle"],
])("the rollout %j is refused with %i", async (body, status, why) => {
  const { server } = await startServer();
  await join(server, 1, "web-1");
  const answer = await ask(server, "POST", "/api/rollouts", body);
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).toContain(why);
});

test.each<[string, string, unknown, number, string]>([
  ["PUT", "/api/configurations/%E0%A4", { config: "a" }, 400, "in UTF-8"],
  ["PUT", "/api/configurations/a%2Fb", { config: "a" }, 400, "expected a name of letters"],
  ["PUT", "/api/configurations/", { config: "a" }, 400, "expected a name of letters"],
  ["PUT", "/api/configurations/__proto__", { config: "a" }, 400, "expected a name of letters"],
  ["PUT", "/api/configurations/a", { config: 1 }, 400, "expected {"],
  ["PUT", "/api/configurations/a", { config: "a", note: 1 }, 400, "note"],
  ["PUT", "/api/configurations/a", { files: {} }, 400, "at least one text"],
  ["GET", "/api/configurations/a", undefined, 404, "there is no configuration a"],
  ["GET", "/api/configurations/a?version=0", undefined, 400, "the number of a version"],
  ["DELETE", "/api/configurations/a", undefined, 404, "there is no configuration a"],
  ["DELETE", "/api/groups/a", undefined, 404, "there is no group a"],
  ["PUT", "/api/groups/a", { query: "is:" }, 400, "the query, character 4"],
  ["PUT", "/api/groups/a", { query: "", configuration: "b" }, 400, "no configuration b"],
  ["PUT", "/api/groups/a", {}, 400, "expected {"],
  ["POST", "/api/groups", {}, 405, "expected GET"],
  ["GET", "/api/groups/a", undefined, 405, "expected PUT or DELETE"],
  ["GET", "/api/rollouts/r9", undefined, 404, "there is no rollout r9"],
  ["POST", "/api/rollouts/r9/stop", {}, 404, "there is no rollout r9"],
  ["GET", "/api/rollouts/r9/stop", undefined, 405, "expected POST"],
  ["GET", "/api/rollouts/..%2f", undefined, 404, "there is nothing at"],
  ["POST", "/api/pictures", {}, 405, "expected GET"],
])("%s %s with %j is answered by %i", async (method, path, body, status, why) => {
  const { server } = await startServer();
  const answer = await ask(server, method, path, body);
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).toContain(why);
});

test("a configuration that a group has is kept, and a version is shown as it was", async () => {
  const { server } = await startServer();
  const files = { "b.yaml": "b: 1", __proto__: "c: 1" };
  await ask(server, "PUT", "/api/configurations/Überwachung", { files, note: "why" });
  await ask(server, "PUT", "/api/groups/g", { query: "", configuration: "Überwachung" });
  const refused = await ask(server, "DELETE", "/api/configurations/Überwachung");
  expect(refused.status).toBe(409);
  expect(refused.body["error"]).toContain("group g");
  const shown = await ask(server, "GET", "/api/configurations/Überwachung?version=1");
  expect(shown.body).toMatchObject({
    ...{ name: "Überwachung", version: 1, note: "why" },
    files: [{ name: "b.yaml", text: "b: 1" }],
  });
  expect((await ask(server, "DELETE", "/api/groups/g")).status).toBe(200);
  expect((await ask(server, "DELETE", "/api/configurations/Überwachung")).status).toBe(200);
});

test("pictures show health, applies, restarts and versions", async () => {
  const { server } = await startServer();
  const agent = await join(server, 1, "web-1");
  server.offerConfig(uid(1), "a: 1");
  await decide(agent, 1, ConfigStatus.Failed, "no");
  agent.socket.send(
    addFrameHeader(
      encodeAgentToServer({
        ...bare(1, 2n, 0n),
        health: { ...greeting(1, "").health, healthy: true, startTimeUnixNano: 9n },
      }),
    ),
  );
  await agent.next();
  const pictures = (await ask(server, "GET", "/api/pictures")).body as unknown as Pictures;
  expect(pictures.health.at(-1)).toMatchObject({ total: 1, healthy: 1 });
  expect(pictures.applies).toMatchObject([{ uid: uid(1), failed: true }]);
  expect(pictures.restarts).toMatchObject([{ count: 1 }]);
  expect(pictures.versions).toEqual([{ version: "", count: 1 }]);
});

test("a configuration is looked at without being sent, against what an agent has", async () => {
  const { server } = await startServer();
  const agent = await join(server, 1, "web-1");
  const config = "receivers:\n  otlp:\n  otlp:\n";
  const { status, body } = await ask(server, "POST", "/api/check", { config, uid: uid(1) });
  expect(status).toBe(200);
  expect(body).toEqual({
    problems: [
      {
        ...{ file: "", line: 3, column: 3, severity: "error" },
        text: 'key "otlp" is already set at line 2',
      },
    ],
  });
  expect(agent.unread).toEqual([]);
  const unknown = await ask(server, "POST", "/api/check", { config, uid: "nobody" });
  expect(unknown.status).toBe(404);
  expect((await ask(server, "POST", "/api/check", { config: 1 })).status).toBe(400);
  expect((await ask(server, "GET", "/api/check")).status).toBe(405);
});

test("a rollout, configurations and groups outlive the server", async () => {
  const path = nodePath.join(temporaryFolder(), "state.sqlite");
  const first = (await startServer({ state: { path } })).server;
  const before = [await join(first, 1, "web-1"), await join(first, 2, "web-2")] as const;
  await ask(first, "PUT", "/api/configurations/gateways", { config: "a: 1" });
  await ask(first, "PUT", "/api/groups/web", { query: "web", configuration: "gateways" });
  const what = { configuration: "gateways", version: 1 };
  const body = { what, to: { group: "web" }, stages: [50, 100], settleSeconds: 0 };
  await ask(first, "POST", "/api/rollouts", body);
  expect(await decide(before[0], 1, ConfigStatus.Applying)).toBe("a: 1");
  await first.close();

  const second = (await startServer({ state: { path } })).server;
  expect((await ask(second, "GET", "/api/groups")).body).toMatchObject({
    groups: [{ name: "web", configuration: "gateways", agents: 2 }],
  });
  expect((await ask(second, "GET", "/api/rollouts")).body).toMatchObject({
    rollouts: [{ id: "r1", state: "running", stage: 0 }],
  });
  const again = await join(second, 1, "web-1");
  const next = await join(second, 2, "web-2");
  const hash = Buffer.from(hashOf(filesOfOffer("a: 1")));
  const lastRemoteConfigHash = new Uint8Array(hash);
  const applied = { status: ConfigStatus.Applied, lastRemoteConfigHash };
  await again.ask({ ...bare(1, 3n, 0n), remoteConfigStatus: applied });
  expect(await decide(next, 2, ConfigStatus.Applied)).toBe("a: 1");
  await rolloutWhen(second, "r1", ({ state }) => state === "done");
});
