import { expect, test } from "vitest";
import { ask } from "../../dev-server/console/console-api.ts";
import { startServer } from "../../dev-server/raw-agent.ts";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { count, eventually, firstPid } from "../../helpers/e2e/daemon.ts";
import { createHost } from "../../helpers/e2e/scene.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";

const authorization = "Bearer correct-horse-battery-staple";

test("S-067 a supervisor without credentials is approved, takes them up, and has them after a restart", async () => {
  const { server } = await startServer({ authorization, takesGuests: true });
  const [health = 0] = await freePorts(1);
  const host = createHost(server.opampUrl, {
    local: nopConfig(undefined, { health: `127.0.0.1:${health}` }),
    capabilities: ["accepts_opamp_connection_settings", "accepts_remote_config"],
    executable: agentPath("healthy"),
  });
  const daemon = host.boot();
  await eventually(() => server.agents()[0]?.up === "true");
  const pid = await firstPid(daemon);
  const uid = server.agents()[0]!.uid;
  const page = async (): Promise<Readonly<Record<string, unknown>>> =>
    (await ask(server, "GET", `/api/agents/${uid}`)).body;
  expect((await page())["guest"]).toMatchObject({ is: "waiting" });
  await ask(server, "POST", `/api/agents/${uid}/approval`, { approve: true });
  await eventually(async () => (await page())["guest"] === undefined);
  // What was known of the agent stays, and it has not noticed any of it.
  expect(server.agents().map((agent) => agent.uid)).toEqual([uid]);
  expect(count(daemon, "agent process started")).toBe(1);
  expect(await firstPid(daemon)).toBe(pid);
  daemon.signal("SIGTERM");
  await daemon.ended;
  const next = host.boot();
  await eventually(() => server.agents()[0]?.connected === true);
  expect((await page())["guest"]).toBeUndefined();
  expect(JSON.stringify([daemon.lines, next.lines])).not.toContain("correct-horse");
});
