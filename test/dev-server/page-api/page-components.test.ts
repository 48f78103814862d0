import { test, expect } from "vitest";
import type { ComponentDetails } from "../../../src/opamp-client/wire/messages.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import type { DevServer } from "../../../src/dev-server/server.ts";
import { ask, greeting, join } from "../console/console-api.ts";
import { connect, startServer, uidOf } from "../raw-agent.ts";

type Parts = Readonly<Record<string, readonly string[]>>;

async function joinMadeOf(server: DevServer, byte: number, parts: Parts): Promise<void> {
  const agent = await connect(server.opampUrl);
  const components = new Map<string, ComponentDetails>(
    Object.entries(parts).map(([kind, types]) => {
      return [kind, { subComponentMap: new Map(types.map((type) => [type, {}])) }];
    }),
  );
  const hash = new Uint8Array([byte]);
  const hello = greeting(byte, `web-${byte}`);
  await agent.ask({
    ...hello,
    capabilities: hello.capabilities | 0x4000n,
    availableComponents: { components, hash },
  });
}

async function threeAgents(): Promise<DevServer> {
  const { server } = await startServer();
  await joinMadeOf(server, 1, { receivers: ["otlp", "filelog"], exporters: ["debug"] });
  await joinMadeOf(server, 2, { receivers: ["otlp"], connectors: ["__proto__"] });
  await join(server, 3, "db-3");
  return server;
}

test("each component comes with how many of those that have said so have it", async () => {
  const server = await threeAgents();
  const { status, body } = await ask(server, "POST", "/api/components", { to: { all: true } });
  expect(status).toBe(200);
  expect(body).toEqual({
    agents: 3,
    told: 2,
    components: [
      { kind: "connectors", types: [{ type: "__proto__", agents: 1 }] },
      { kind: "exporters", types: [{ type: "debug", agents: 1 }] },
      {
        kind: "receivers",
        types: [
          { type: "filelog", agents: 1 },
          { type: "otlp", agents: 2 },
        ],
      },
    ],
  });
});

test.each([
  [{ query: "host=web-2" }, 1, 1],
  [{ uids: [uidToText(uidOf(1)), uidToText(uidOf(1)), uidToText(uidOf(3))] }, 2, 1],
  [{ query: "host=nobody" }, 0, 0],
  [{ uids: [] }, 0, 0],
])(
  "of %j there are %i agents, and %i have said what they are made of",
  async (to, agents, told) => {
    const server = await threeAgents();
    const { body } = await ask(server, "POST", "/api/components", { to });
    expect(body).toMatchObject({ agents, told });
  },
);

test.each([
  [{}, 400, 'expected "to"'],
  [[], 400, 'expected "to"'],
  [{ to: { all: false } }, 400, 'expected "to"'],
  [{ to: { uids: [1] } }, 400, 'expected "to"'],
  [{ to: { all: true, query: "" } }, 400, 'expected "to"'],
  [{ to: { group: "none" } }, 404, "there is no group none"],
  [{ to: { query: "is:" } }, 400, "the query, character"],
])("%j is answered by %i", async (value, status, why) => {
  const { server } = await startServer();
  const answer = await ask(server, "POST", "/api/components", value);
  expect(answer.status).toBe(status);
  expect(answer.body["error"]).toContain(why);
});
