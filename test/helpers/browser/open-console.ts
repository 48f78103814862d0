import { onTestFinished } from "vitest";
import {
  createDevServer,
  type DevServer,
  type DevServerOptions,
} from "../../../src/dev-server/server.ts";
import { clientOptions } from "../../../src/simulate/dial-options.ts";
import { createSimulation } from "../../../src/simulate/run-agents.ts";
import { builtPage } from "./browser-page.ts";

/** A console with the page as it was built, on free ports; closed with the test. */
export async function openConsole(options: Partial<DevServerOptions> = {}): Promise<DevServer> {
  const server = await createDevServer({
    pageDirectory: builtPage,
    opampPort: 0,
    pagePort: 0,
    ...options,
  });
  onTestFinished(() => server.close());
  return server;
}

/** Agents that are simulated; `failing` of them refuse each configuration. Gone with the test. */
export async function simulate(server: DevServer, agents: number, failing = 0): Promise<void> {
  const client = clientOptions({
    endpoint: server.opampUrl,
    headers: "",
    ca: undefined,
    insecure: true,
    heartbeatMs: 30_000,
  });
  if (typeof client === "string") throw new Error(client);
  const plan = { agents, prefix: "web", overMs: 50, applyMs: 50, failing, unhealthy: 0 };
  const simulation = createSimulation(plan, client, () => undefined);
  onTestFinished(() => simulation.end());
  const why = await simulation.begin();
  if (why !== undefined) throw new Error(why);
}
