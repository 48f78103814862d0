import { onTestFinished } from "vitest";
import type { ClientOptions } from "../../../src/opamp-client/transport/client-options.ts";
import { type Watched, someReport, watchedClient } from "./fake-client.ts";
import { type FakeServer, type Script, startFakeServer } from "./fake-opamp-server.ts";

/** How the two speak: by which of the server's addresses. */
export type Over = "wsUrl" | "httpUrl";

/** A client and the server that it has. */
export interface Pair extends Watched {
  readonly server: FakeServer;
}

/** A started client with `someReport` and a server, which are both gone after the test. */
export async function startedPair(
  over: Over,
  script: Partial<Script> = {},
  options: Partial<ClientOptions> = {},
): Promise<Pair> {
  const server = await startFakeServer({ script });
  onTestFinished(() => server.close());
  const watched = watchedClient({ endpoint: server[over], stopTimeoutMs: 200, ...options });
  onTestFinished(() => watched.client.stop());
  watched.client.report(someReport());
  watched.client.start();
  return { server, ...watched };
}
