import { onTestFinished } from "vitest";
import type { ClientOptions } from "../../src/opamp-client/transport/client-options.ts";
import type { AgentToServer, AgentRemoteConfig } from "../../src/opamp-client/wire/messages.ts";
import type { Report } from "../../src/opamp-client/session.ts";
import { type Watched, someReport, watchedClient, groupsIn } from "../helpers/opamp/fake-client.ts";
import {
  type Via,
  type FakeServer,
  type Script,
  startFakeServer,
  type SeenRequest,
  type Seen,
} from "../helpers/opamp/fake-opamp-server.ts";

/** Most requirements hold for each way to connect. */
export const both: readonly Via[] = ["ws", "http"];

/** A client, a server and everything that was said between them. */
export interface Pair extends Watched {
  readonly server: FakeServer;
}

/** A server that plays a script, gone after the test. */
export async function playing(script: Partial<Script> = {}, port?: number): Promise<FakeServer> {
  const server = await startFakeServer({ script, ...(port === undefined ? {} : { port }) });
  return server;
}

/** The address of a server for one of the ways. */
export function addressOf(server: FakeServer, over: Via): string {
  return over === "ws" ? server.wsUrl : server.httpUrl;
}

/** A client that has begun to talk to a server with a script; both are gone after the test. */
export async function started(
  over: Via,
  script: Partial<Script> = {},
  options: Partial<ClientOptions> = {},
  first: Report = someReport(),
): Promise<Pair> {
  const server = await playing(script);
  const watched = watchedClient({
    endpoint: addressOf(server, over),
    stopTimeoutMs: 500,
    ...options,
  });
  onTestFinished(() => watched.client.stop());
  watched.client.report(first);
  watched.client.start();
  return { server, ...watched };
}

/** One after the other, and nothing once they are used up. */
export function inTurn<T>(...things: readonly T[]): () => T | undefined {
  const left = [...things];
  return () => left.shift();
}

/** The n-th change that a report can have. */
export function changed(count: number): Report {
  return someReport({ health: { healthy: true, status: `change ${count}` } });
}

/** What the server got, decoded, in order. */
export function sent(server: FakeServer): readonly AgentToServer[] {
  return server.messages().map(({ message }) => message);
}

/** Which groups were in each message, in order. */
export function groups(server: FakeServer): readonly (readonly string[])[] {
  return sent(server).map(groupsIn);
}

/** The status of each remote_config_status that came, in order. */
export function statuses(server: FakeServer): readonly number[] {
  return sent(server).flatMap(({ remoteConfigStatus }) =>
    remoteConfigStatus === undefined ? [] : [remoteConfigStatus.status ?? 0],
  );
}

/** Every HTTP request, upgrades among them. */
export function requests(server: FakeServer): readonly (SeenRequest & { readonly at: number })[] {
  return server.seen.all.flatMap((one) =>
    one.saw === "request" ? [{ ...one.request, at: one.at }] : [],
  );
}

/** Everything of one kind that the server saw. */
export function seen<K extends Seen["saw"]>(
  server: FakeServer,
  kind: K,
): readonly Extract<Seen, { saw: K }>[] {
  return server.seen.all.filter((one): one is Extract<Seen, { saw: K }> => one.saw === kind);
}

/** Why things were thrown away, in the client's words. */
export function discarded({ events }: Watched): readonly string[] {
  return events.all.flatMap((event) => (event.on === "message-discarded" ? [event.reason] : []));
}

/** How the link went on, in the client's words. */
export function linkStates({ events }: Watched): readonly string[] {
  return events.all.flatMap((event) => (event.on === "link-changed" ? [event.link.at] : []));
}

/** An offer of remote configuration with one entry. */
export function offerOf(
  hash: string,
  body: string,
  name = "",
  contentType = "text/yaml",
): { readonly remoteConfig: AgentRemoteConfig } {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  return {
    remoteConfig: {
      configHash: bytes(hash),
      config: { configMap: new Map([[name, { body: bytes(body), contentType }]]) },
    },
  };
}
