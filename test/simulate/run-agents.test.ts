import { expect, onTestFinished, test } from "vitest";
import { createDevServer } from "../../src/dev-server/server.ts";
import { clientOptions } from "../../src/simulate/dial-options.ts";
import { type Figures, isReached } from "../../src/simulate/figures.ts";
import { createSimulation, type Plan } from "../../src/simulate/run-agents.ts";
import { pageDirectory, startServer } from "../dev-server/raw-agent.ts";

const plan: Plan = {
  agents: 200,
  prefix: "smoke",
  overMs: 500,
  applyMs: 50,
  failing: 0.05,
  unhealthy: 0.1,
};

/** A simulation against this server, and a way to wait for its figures. */
function simulate(endpoint: string, wanted: Partial<Plan> = {}) {
  const waiting = new Set<(figures: Figures) => void>();
  const client = clientOptions({
    endpoint,
    headers: "",
    ca: undefined,
    insecure: false,
    heartbeatMs: 30_000,
  });
  if (typeof client === "string") throw new Error(client);
  const simulation = createSimulation({ ...plan, ...wanted }, client, (figures) =>
    waiting.forEach((look) => look(figures)),
  );
  onTestFinished(() => simulation.end());
  const until = (holds: (figures: Figures) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (figures: Figures): void => {
        if (!holds(figures)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look(simulation.figures());
    });
  return { ...simulation, until };
}

const yaml = "receivers: {otlp: {protocols: {grpc: }}}";

test("200 agents connect, take a configuration, and those that are to fail say so", async () => {
  const { server } = await startServer();
  const fleet = simulate(server.opampUrl);
  expect(await fleet.begin()).toBeUndefined();
  await fleet.until((figures) => isReached("connected", figures));
  for (const { uid } of server.agents()) server.offerConfig(uid, yaml);
  await fleet.until((figures) => isReached("applied", figures));
  const { waves, errors, connections } = fleet.figures();
  expect({ errors: [...errors], connections }).toEqual({ errors: [], connections: 200 });
  expect(waves).toMatchObject([{ offered: 200 }]);
  const failed = waves[0]?.failed ?? 0;
  expect(failed).toBeGreaterThan(0);
  const agents = await server.waitFor(
    (all) => all.every(({ offer }) => /applied|failed/.test(offer?.state ?? "")),
    60_000,
  );
  expect(agents.filter(({ offer }) => offer?.state === "failed").length).toBe(failed);
  expect(new Set(agents.map(({ version }) => version)).size).toBeGreaterThan(2);
  expect(agents.some(({ up }) => up === "false")).toBe(true);
  const [applied] = agents.filter(({ offer }) => offer?.state === "applied");
  expect(applied?.effectiveConfig[0]?.text).toBe(yaml);
});

test("they come back when the server does, and a restart is carried out", async () => {
  const first = await createDevServer({ pageDirectory, opampPort: 0, pagePort: 0 });
  const fleet = simulate(first.opampUrl, { agents: 20, overMs: 0 });
  await fleet.begin();
  await fleet.until((figures) => isReached("connected", figures));
  await first.close();
  await fleet.until(({ connected }) => connected === 0);
  const { server } = await startServer({ opampPort: Number(new URL(first.opampUrl).port) });
  await fleet.until(({ connected }) => connected === 20);
  expect(fleet.figures()).toMatchObject({ connections: 40, lost: 20 });
  const [agent] = server.agents();
  const before = agent?.health?.startedAt ?? 0;
  expect(server.restartAgent(agent?.uid ?? "").is).toBe("pushed");
  await server.waitFor(
    (all) => all.some(({ uid, health }) => uid === agent?.uid && (health?.startedAt ?? 0) > before),
    60_000,
  );
});

test("what stands in the way of all is said once, before they come", async () => {
  const { server } = await startServer();
  const wrong = server.opampUrl.replace("/v1/opamp", "/elsewhere");
  const fleet = simulate(wrong);
  expect(await fleet.begin()).toContain("404: there is no OpAMP there: check the path");
  expect(fleet.figures().connections).toBe(0);
});

test("at the end all of them have said goodbye", async () => {
  const { server } = await startServer();
  const fleet = simulate(server.opampUrl, { agents: 20, overMs: 0 });
  await fleet.begin();
  await fleet.until((figures) => isReached("connected", figures));
  await fleet.end();
  const agents = await server.waitFor((all) => all.every(({ connected }) => !connected), 60_000);
  expect(new Set(agents.map(({ disconnectedWhy }) => disconnectedWhy))).toEqual(
    new Set(["the agent said goodbye"]),
  );
});
