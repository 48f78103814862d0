import { once } from "node:events";
import { expect, test } from "vitest";
import type { AgentPage, AgentRow } from "../../../src/dev-server/shapes/api-shapes.ts";
import { nopConfig, nopPart } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { startConsole } from "../../helpers/e2e/console-process.ts";
import { eventually, pidsOf, scratchFolder } from "../../helpers/e2e/daemon.ts";
import { createHost } from "../../helpers/e2e/scene.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";

test("a console that is killed and started again has the same agent and offers, and offers nothing twice", async () => {
  const ports = await freePorts(3);
  const state = `${scratchFolder()}/console.sqlite`;
  const api = `http://127.0.0.1:${ports[1]}/api/agents`;
  const rows = async (): Promise<readonly AgentRow[]> => {
    const answer = (await (await fetch(api)).json()) as { agents: readonly AgentRow[] };
    return answer.agents;
  };
  const pageOf = async (uid: string): Promise<AgentPage> =>
    (await (await fetch(`${api}/${uid}`)).json()) as AgentPage;
  const first = await startConsole(ports, state);
  const host = createHost(`ws://127.0.0.1:${ports[0]}/v1/opamp`, {
    local: nopConfig(undefined, { health: `127.0.0.1:${ports[2]}` }),
    executable: agentPath("healthy"),
  });
  const daemon = host.boot();
  await eventually(async () => (await rows())[0]?.condition === "healthy");
  const uid = (await rows())[0]?.uid ?? "";
  const sent = await fetch(`${api}/${uid}/config`, {
    method: "POST",
    headers: { "content-type": "application/yaml" },
    body: nopPart("offered"),
  });
  expect(sent.status).toBe(200);
  await eventually(async () => (await pageOf(uid)).configState === "in-sync");
  const before = await pageOf(uid);
  const pids = [...pidsOf(daemon)];
  const offersOf = ({ history }: AgentPage): number =>
    history.filter(({ kind, text }) => kind === "config-status" && text.includes("applying"))
      .length;

  first.process.kill("SIGKILL");
  await once(first.process, "exit");
  const second = await startConsole(ports, state);
  const [away] = await rows();
  expect(away?.uid).toBe(uid);
  await eventually(async () => (await rows())[0]?.connected === true);
  await eventually(async () => (await pageOf(uid)).configState === "in-sync");
  const after = await pageOf(uid);
  expect(await rows()).toHaveLength(1);
  expect(after.firstSeenAt).toBe(before.firstSeenAt);
  // The verdict may have come in the moment before the kill: then it is told again.
  const told = { ...before.offers[0], verdictAt: expect.any(Number) as number };
  expect(after.offers).toEqual([told]);
  expect(offersOf(after)).toBe(offersOf(before));
  expect(pidsOf(daemon)).toEqual(pids);
  expect(second.errors()).toBe("");
});
