import { ConfigStatus } from "../opamp-client/messages.ts";
import type {
  AgentDescription,
  AgentRemoteConfig,
  AgentToServer,
  AvailableComponents,
  ComponentHealth,
  EffectiveConfig,
  RemoteConfigStatus,
} from "../opamp-client/messages.ts";
import { sameEffectiveConfig, sameHash } from "./remote-config.ts";

/** How an agent reaches us. Every agent on plain HTTP shares one connection, because HTTP has none. */
export interface Connection {
  readonly id: string;
  readonly transport: "websocket" | "http";
}

/**
 * - `open`: the last message came over this connection; ends when it closes or the agent says goodbye.
 * - `closed`: nobody can be reached; ends with the next message of the agent.
 */
export type AgentLink =
  | { readonly at: "open"; readonly connection: Connection; readonly since: number }
  | { readonly at: "closed"; readonly since: number; readonly why: string };

/** What an agent's history is made of. */
export type HistoryKind =
  | "connected"
  | "disconnected"
  | "health"
  | "config-status"
  | "effective-config"
  | "offer"
  | "restart"
  | "identity";

/** One line of an agent's history; `at` is in ms since the epoch. */
export interface HistoryEntry {
  readonly at: number;
  readonly kind: HistoryKind;
  readonly text: string;
}

/** A configuration that somebody wants the agent to run. */
export interface Offer {
  readonly remoteConfig: AgentRemoteConfig;
  readonly hash: Uint8Array;
  readonly at: number;
}

/** All that is known about one agent: what it said last of each kind, and what is wanted of it. */
export interface AgentRecord {
  readonly uid: string;
  readonly instanceUid: Uint8Array;
  readonly link: AgentLink;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly sequenceNum: bigint;
  readonly capabilities: bigint;
  readonly description: AgentDescription | undefined;
  readonly health: ComponentHealth | undefined;
  readonly effectiveConfig: EffectiveConfig | undefined;
  readonly remoteConfigStatus: RemoteConfigStatus | undefined;
  readonly components: AvailableComponents | undefined;
  readonly offer: Offer | undefined;
  /** The offer that went out on the open connection, so that it is not repeated in every answer. */
  readonly sentHash: Uint8Array | undefined;
  readonly restartWaiting: boolean;
  readonly history: readonly HistoryEntry[];
}

const maxHistoryEntries = 50;

/** Adds entries to an agent's history and lets the oldest go. */
export function remember(record: AgentRecord, entries: readonly HistoryEntry[]): AgentRecord {
  if (entries.length === 0) return record;
  return { ...record, history: [...record.history, ...entries].slice(-maxHistoryEntries) };
}

/** Whether every bit of `capability` is set. */
export function has(record: AgentRecord, capability: bigint): boolean {
  return (record.capabilities & capability) === capability;
}

/** The record after a message: what is absent stays, what is present replaces the whole (specification.md#agent-status-compression). */
export function absorb(
  known: AgentRecord | undefined,
  uid: string,
  message: AgentToServer,
  connection: Connection,
  now: number,
): AgentRecord {
  const before = known ?? newRecord(uid, message, connection, now);
  const after: AgentRecord = {
    ...before,
    link: openLink(before.link, connection, now),
    lastSeenAt: now,
    sequenceNum: message.sequenceNum,
    // ReportsStatus is always set, so 0 can only mean that the field was left out.
    capabilities: message.capabilities === 0n ? before.capabilities : message.capabilities,
    description: message.agentDescription ?? before.description,
    health: message.health ?? before.health,
    effectiveConfig: message.effectiveConfig ?? before.effectiveConfig,
    remoteConfigStatus: message.remoteConfigStatus ?? before.remoteConfigStatus,
    components: joinComponents(before.components, message.availableComponents),
  };
  return remember(after, changes(known, after, now));
}

/** The record of an agent that was reachable until now. */
export function closeLink(record: AgentRecord, why: string, now: number): AgentRecord {
  const link: AgentLink = { at: "closed", since: now, why };
  const closed: AgentRecord = { ...record, link, restartWaiting: false };
  return remember(closed, [{ at: now, kind: "disconnected", text: `Disconnected: ${why}` }]);
}

function newRecord(
  uid: string,
  message: AgentToServer,
  connection: Connection,
  now: number,
): AgentRecord {
  return {
    uid,
    instanceUid: message.instanceUid,
    link: { at: "open", connection, since: now },
    firstSeenAt: now,
    lastSeenAt: now,
    sequenceNum: message.sequenceNum,
    capabilities: message.capabilities,
    description: undefined,
    health: undefined,
    effectiveConfig: undefined,
    remoteConfigStatus: undefined,
    components: undefined,
    offer: undefined,
    sentHash: undefined,
    restartWaiting: false,
    history: [],
  };
}

function openLink(link: AgentLink, connection: Connection, now: number): AgentLink {
  const same = link.at === "open" && link.connection.id === connection.id;
  return same ? link : { at: "open", connection, since: now };
}

/** A report with only the hash keeps the list that is known by that hash. */
function joinComponents(
  before: AvailableComponents | undefined,
  reported: AvailableComponents | undefined,
): AvailableComponents | undefined {
  if (reported === undefined) return before;
  const named = (reported.components?.size ?? 0) > 0;
  return !named && sameHash(before?.hash, reported.hash) ? before : reported;
}

function changes(
  before: AgentRecord | undefined,
  after: AgentRecord,
  now: number,
): readonly HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  const note = (kind: HistoryKind, text: string): number => entries.push({ at: now, kind, text });
  if (after.link.at === "open" && after.link !== before?.link) {
    const by = after.link.connection.transport === "http" ? "plain HTTP" : "WebSocket";
    note("connected", `Connected over ${by}`);
  }
  const health = healthText(after.health);
  if (health !== undefined && health !== healthText(before?.health)) note("health", health);
  const status = statusText(after.remoteConfigStatus);
  if (status !== undefined && status !== statusText(before?.remoteConfigStatus)) {
    note("config-status", status);
  }
  if (!sameEffectiveConfig(before?.effectiveConfig, after.effectiveConfig)) {
    note("effective-config", "Effective configuration changed");
  }
  return entries;
}

function healthText(health: ComponentHealth | undefined): string | undefined {
  if (health === undefined) return undefined;
  const words = [`Up: ${health.healthy === true}`, health.status ?? "", health.lastError ?? ""];
  return words.filter((word) => word !== "").join(" · ");
}

/** The hash belongs to the text: the same word for another configuration is news. */
function statusText(status: RemoteConfigStatus | undefined): string | undefined {
  const word = statusWord(status?.status);
  // That no configuration came yet is no event.
  if (status === undefined || word === "unset") return undefined;
  const hash = Buffer.from(status.lastRemoteConfigHash ?? []).toString("hex");
  const text = `Remote configuration ${hash.slice(0, 12)}: ${word}`;
  return [text, status.errorMessage ?? ""].filter((part) => part !== "").join(" · ");
}

/** A remote configuration's state. */
export type StatusWord = "unset" | "applied" | "applying" | "failed";

/** The word for a number of `RemoteConfigStatuses`; unknown numbers read as `unset`. */
export function statusWord(status: number | undefined): StatusWord {
  if (status === ConfigStatus.Applied) return "applied";
  if (status === ConfigStatus.Applying) return "applying";
  return status === ConfigStatus.Failed ? "failed" : "unset";
}
