import { type Client, type ClientEvent, createClient } from "../../../src/opamp-client/client.ts";
import type { ClientOptions } from "../../../src/opamp-client/transport/client-options.ts";
import { type ServerToAgent, AgentCapability } from "../../../src/opamp-client/wire/messages.ts";
import type { Report } from "../../../src/opamp-client/session.ts";
import { type EventLog, createEventLog } from "../event-log.ts";

/** A client under test with everything it said. */
export interface Watched {
  readonly client: Client;
  readonly events: EventLog<ClientEvent>;
  /** The `count`th time that the link comes to this state. */
  readonly link: (at: string, count?: number) => Promise<ClientEvent>;
  readonly received: (count: number) => Promise<ServerToAgent>;
}

/** A client with short times; a heartbeat comes only where a test asks for it. */
export function watchedClient(options: ClientOptions): Watched {
  const events = createEventLog<ClientEvent>();
  const quick = {
    firstRetryDelayMs: 10,
    maxRetryDelayMs: 50,
    deniedDelayMs: 10,
    heartbeatIntervalMs: 3_600_000,
  };
  const client = createClient({ ...quick, ...options }, (event) => events.add(event));
  return {
    client,
    events,
    link: (at, count) =>
      events.until((event) => event.on === "link-changed" && event.link.at === at, count),
    received: async (count) =>
      (await events.until((event) => event.on === "message-received", count)).message,
  };
}

/** The id of `someReport`. */
export const someUid: Uint8Array = Uint8Array.from({ length: 16 }, (_, index) => index + 1);

/** A report with every group; `changes` replaces keys of it. */
export function someReport(changes: Partial<Report> = {}): Report {
  return {
    instanceUid: someUid,
    capabilities: Object.values(AgentCapability).reduce<bigint>((all, bit) => all | bit, 0n),
    agentDescription: {
      identifyingAttributes: [{ key: "service.name", value: { stringValue: "agent" } }],
    },
    health: { healthy: true, status: "StatusOK" },
    effectiveConfig: {
      configMap: { configMap: new Map([["", { body: Uint8Array.of(1, 2, 3) }]]) },
    },
    remoteConfigStatus: { status: 1, lastRemoteConfigHash: Uint8Array.of(9) },
    packageStatuses: { errorMessage: "none offered" },
    customCapabilities: { capabilities: ["org.example"] },
    availableComponents: {
      hash: Uint8Array.of(5),
      components: new Map([["receivers", {}]]),
    },
    connectionSettingsStatus: { status: 1 },
    ...changes,
  };
}

/** The keys of a message that are groups of a report. */
export function groupsIn(message: object): string[] {
  const always = new Set([
    "instanceUid",
    "sequenceNum",
    "capabilities",
    "flags",
    "agentDisconnect",
  ]);
  return Object.keys(message).filter((key) => !always.has(key));
}
