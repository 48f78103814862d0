import { join } from "node:path";
import { onTestFinished } from "vitest";
import { makeCertificate } from "../../../src/dev-server/connections/self-signed.ts";
import { type DevServer, createDevServer } from "../../../src/dev-server/server.ts";
import type { AgentView } from "../../../src/dev-server/fleet/view.ts";
import { patienceMs } from "./daemon.ts";
import { searchSent } from "./planted-secrets.ts";

/** Our own server on free ports, with what the tests ask of it again and again. */
export interface TestServer extends DevServer {
  /** The one agent, as soon as it fits. */
  readonly agent: (fits: (agent: AgentView) => boolean, withinMs?: number) => Promise<AgentView>;
}

/** How the server is to be started. */
export interface ServerOptions {
  readonly tls?: boolean;
  readonly port?: number;
  readonly certificateMs?: number;
}

/** Starts the development server; closed with the test. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const server = await createDevServer({
    pageDirectory: join(import.meta.dirname, "../../../src/dev-server/page"),
    opampPort: options.port ?? 0,
    pagePort: 0,
    ...(options.certificateMs === undefined ? {} : { certificateMs: options.certificateMs }),
    tls: options.tls === true ? makeCertificate(Date.now()) : undefined,
  });
  onTestFinished(() => server.close());
  searchSent(() => JSON.stringify(server.agents()));
  return {
    ...server,
    agent: async (fits, withinMs = patienceMs) => {
      const agents = await server.waitFor((seen) => seen.some(fits), withinMs);
      const found = agents.find(fits);
      if (found === undefined) throw new Error("the agent has changed since");
      return found;
    },
  };
}
