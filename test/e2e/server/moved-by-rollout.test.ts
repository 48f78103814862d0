import { expect, test } from "vitest";
import type { Rollout } from "../../../src/dev-server/shapes/api-shapes.ts";
import type { DevServer } from "../../../src/dev-server/server.ts";
import { ask } from "../../dev-server/console/console-api.ts";
import { startServer } from "../../dev-server/raw-agent.ts";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { eventually } from "../../helpers/e2e/daemon.ts";
import { createHost } from "../../helpers/e2e/scene.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";

/** A supervisor with a pretended collector, connected to a console. */
async function joins(server: DevServer): Promise<void> {
  const [health = 0] = await freePorts(1);
  const host = createHost(server.opampUrl, {
    local: nopConfig(undefined, { health: `127.0.0.1:${health}` }),
    capabilities: ["accepts_opamp_connection_settings"],
    executable: agentPath("healthy"),
  });
  const before = server.agents().length;
  host.boot();
  await eventually(() => server.agents().filter(({ up }) => up === "true").length > before);
}

const connected = (server: DevServer): readonly string[] =>
  server
    .agents()
    .filter((agent) => agent.connected)
    .map(({ uid }) => uid)
    .sort();

async function begin(server: DevServer, endpoint: string): Promise<void> {
  const what = { connections: { opamp: { endpoint } } };
  const plan = { what, to: { all: true }, stages: [50, 100], settleSeconds: 0 };
  expect(await ask(server, "POST", "/api/rollouts", plan)).toMatchObject({ status: 201 });
}

async function comesTo(server: DevServer, state: Rollout["state"]): Promise<Rollout> {
  const seen: Rollout[] = [];
  await eventually(async () => {
    const { body } = await ask(server, "GET", "/api/rollouts/r1");
    seen[0] = body as unknown as Rollout;
    return seen[0].state === state;
  });
  return seen[0]!;
}

test("a rollout moves two supervisors from one console to another, stage by stage", async () => {
  const [{ server: first }, { server: second }] = [await startServer(), await startServer()];
  await joins(first);
  await joins(first);
  const uids = connected(first);
  expect(uids).toHaveLength(2);
  await begin(first, second.opampUrl);
  const { why, agents } = await comesTo(first, "done");
  expect(why).toContain("2 of 2 agents have it");
  expect(agents.map(({ stage, state }) => [stage, state])).toEqual([
    [0, "applied"],
    [1, "applied"],
  ]);
  await eventually(() => connected(second).length === 2 && connected(first).length === 0);
  expect(connected(second)).toEqual(uids);
  // The agents went on meanwhile, and are known to the new console in full.
  await eventually(() => second.agents().every(({ up }) => up === "true"));
});

test("an address that cannot be reached stops the rollout, and both stay where they are", async () => {
  const { server } = await startServer();
  await joins(server);
  await joins(server);
  const [nobody = 0] = await freePorts(1);
  await begin(server, `ws://127.0.0.1:${nobody}/v1/opamp`);
  const { agents } = await comesTo(server, "stopped");
  expect(agents.map(({ state }) => state)).toEqual(["failed", "pending"]);
  expect(connected(server)).toHaveLength(2);
});
