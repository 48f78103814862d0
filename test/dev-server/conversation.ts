import type { Connection } from "../../src/dev-server/fleet/known-agent.ts";
import type { Fleet, FleetNews } from "../../src/dev-server/fleet/fleet-state.ts";
import { holdFleet } from "../../src/dev-server/fleet/hold-fleet.ts";
import { receive } from "../../src/dev-server/fleet/fleet.ts";
import { type ConfigFiles, hashOf } from "../../src/dev-server/fleet/remote-config.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import {
  type AgentToServer,
  type ServerToAgent,
  ConfigStatus,
} from "../../src/opamp-client/wire/messages.ts";
import { uidOf, fullCapabilities, bare } from "./raw-agent.ts";

export const socketA: Connection = { id: "ws-1", transport: "websocket" };
export const socketB: Connection = { id: "ws-2", transport: "websocket" };
export const http: Connection = { id: "http", transport: "http" };
export const uid1: string = uidToText(uidOf(1));
export const files: ConfigFiles = new Map([
  ["", { body: Buffer.from("receivers: {}"), contentType: "text/yaml" }],
]);
export const otherFiles: ConfigFiles = new Map([["", { body: Buffer.from("exporters: {}") }]]);
export const hash: Uint8Array = hashOf(files);

/** A fleet that nobody has joined yet. */
export function emptyFleet(): Fleet {
  return holdFleet().fleet;
}

/** Another fleet with the same agents, as they are with what is new. */
export function fleetAfter(fleet: Fleet, news: FleetNews): Fleet {
  const held = holdFleet();
  held.apply({ records: [...fleet.agents.values()] });
  held.apply(news);
  return held.fleet;
}

/** A fleet with a place to say things, so that a test reads as a conversation. */
export function conversation(): {
  readonly fleet: () => Fleet;
  readonly say: (message: AgentToServer, connection?: Connection, now?: number) => ServerToAgent;
  readonly change: (news: FleetNews) => void;
} {
  const held = holdFleet();
  let fresh = 100;
  return {
    fleet: () => held.fleet,
    say: (message, connection = socketA, now = 1000) => {
      fresh += 1;
      const outcome = receive(held.fleet, { connection, message, now, freshUid: uidOf(fresh) });
      held.apply(outcome.news);
      return outcome.reply;
    },
    change: (news) => held.apply(news),
  };
}

/** Everything that an agent with these capabilities can say. */
export function full(
  byte: number,
  sequenceNum: bigint,
  capabilities: bigint = fullCapabilities,
): AgentToServer {
  return {
    ...bare(byte, sequenceNum, capabilities),
    agentDescription: { identifyingAttributes: [] },
    health: { healthy: true },
    effectiveConfig: { configMap: {} },
    remoteConfigStatus: { status: ConfigStatus.Unset },
  };
}
