import {
  type AgentRemoteConfig,
  type AgentDescription,
  type ComponentHealth,
  type EffectiveConfig,
  type RemoteConfigStatus,
  type AvailableComponents,
  type ConnectionSettingsStatus,
  ConfigStatus,
  type AgentToServer,
  type PackagesAvailable,
  type PackageStatuses,
  type CustomMessage,
} from "../../opamp-client/wire/messages.ts";
import type { SettingsOffer } from "../connections/connection-settings.ts";
import type { PeerCertificate } from "../connections/peer-certificate.ts";
import type { ReportedLayers } from "./reported-layers.ts";
import type { ConfigFiles } from "./remote-config.ts";
import type { OfferedPackage } from "../shelf/shelf-offer.ts";

/** The id that all connections over plain HTTP go by. */
export const httpConnectionId = "http";

/** How an agent reaches us. Every agent on plain HTTP shares one connection, because HTTP has none. */
export interface Connection {
  readonly id: string;
  readonly transport: "websocket" | "http";
  /** The client certificate that was shown when it was made. */
  readonly certificate?: PeerCertificate;
  /** Where somebody is who has shown no credentials where they are expected; undefined: they were shown, or nobody asks for any. */
  readonly guestFrom?: string;
}

/** An agent that has not shown credentials yet, where those come that may be approved; nothing is sent to it unless it is `approved`. */
export interface Guest {
  readonly is: "waiting" | "approved" | "refused";
  /** The address that it came from last. */
  readonly from: string;
  readonly since: number;
}

/**
 * - `open`: the last message came over this connection; ends when it closes or the agent says goodbye. `beside` is a
 *   second one, with which the agent proves settings that we have offered; it takes over then.
 * - `closed`: nobody can be reached; ends with the next message of the agent.
 */
export type AgentLink =
  | {
      readonly at: "open";
      readonly connection: Connection;
      readonly since: number;
      readonly beside?: { readonly connection: Connection; readonly sequenceNum: bigint };
    }
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
  | "identity"
  | "settings-status"
  | "certificate"
  | "package"
  | "message";

/** One line of an agent's history; `at` is in ms since the epoch. */
export interface HistoryEntry {
  readonly at: number;
  readonly kind: HistoryKind;
  readonly text: string;
}

/** A named configuration, at one of its versions. */
export interface NamedVersion {
  readonly name: string;
  readonly version: number;
}

/** One offer of a configuration and what became of it; a time is undefined until it has come. */
export interface LoggedOffer {
  readonly hash: Uint8Array;
  readonly files: ConfigFiles;
  readonly configuration: NamedVersion | undefined;
  readonly offeredAt: number;
  readonly sentAt: number | undefined;
  readonly applyingAt: number | undefined;
  readonly verdictAt: number | undefined;
  readonly state: "waiting" | "sent" | "applying" | "applied" | "failed" | "replaced" | "withdrawn";
  readonly errorMessage: string;
}

/** A configuration that somebody wants the agent to run. */
export interface Offer {
  readonly remoteConfig: AgentRemoteConfig;
  readonly hash: Uint8Array;
  readonly at: number;
}

/** The packages that somebody wants the agent to have, by name; none is a wish too. */
export interface PackagesOffer {
  readonly packages: ReadonlyMap<string, OfferedPackage>;
  readonly available: PackagesAvailable;
  readonly hash: Uint8Array;
  readonly at: number;
}

/** An offer of packages that went out on the open connection, once for each entry of `against`. */
export interface PackagesSent {
  readonly hash: Uint8Array;
  /** The hash that the agent reported at that time, in hex; empty for none. */
  readonly against: readonly string[];
}

/** The parts of a record that messages set, and that may be as big as a message. */
export type HeldPart =
  | "description"
  | "health"
  | "effectiveConfig"
  | "components"
  | "customCapabilities"
  | "layers"
  | "packageStatuses"
  | "remoteConfigStatus"
  | "settingsStatus";

/**
 * A message of which something is held: as long as one part of it is, it may be there as a whole. `kept` false: its parts
 * were too much to keep.
 */
export interface Source {
  readonly bytes: number;
  readonly kept: boolean;
}

/** All that is known about one agent: what it said last of each kind, and what is wanted of it. */
export interface KnownAgent {
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
  readonly settingsOffer: SettingsOffer | undefined;
  /** The hash of the settings that went out last. */
  readonly settingsSentHash: Uint8Array | undefined;
  readonly settingsStatus: ConnectionSettingsStatus | undefined;
  /** The client certificate that it has shown last; undefined when it shows none now. */
  readonly certificate: PeerCertificate | undefined;
  /** Undefined once it has come with credentials, or where none are expected. */
  readonly guest: Guest | undefined;
  readonly packagesOffer: PackagesOffer | undefined;
  readonly packagesSent: PackagesSent | undefined;
  readonly packageStatuses: PackageStatuses | undefined;
  readonly restartWaiting: boolean;
  /** Somebody wants all that it can report, and its next poll is waited for. */
  readonly fullStateWaiting: boolean;
  /** Newest first. */
  readonly offers: readonly LoggedOffer[];
  /** The custom capabilities that it has declared. */
  readonly customCapabilities: readonly string[];
  /** What it has said last of the layers of its configuration; undefined: nothing since the server's start. */
  readonly layers: ReportedLayers | undefined;
  /** Those that it was told of on the open connection. */
  readonly customDeclared: readonly string[];
  /** Oldest first. */
  readonly messagesWaiting: readonly CustomMessage[];
  readonly history: readonly HistoryEntry[];
  /** With which message each part came that may be big. */
  readonly sources: ReadonlyMap<HeldPart, Source>;
}

const maxHistoryEntries = 50;
const historyCharacters = 2_000;

/** An agent of which nothing is known but its name. */
export function blankRecord(
  uid: string,
  instanceUid: Uint8Array,
  link: AgentLink,
  now: number,
): KnownAgent {
  return {
    uid,
    instanceUid,
    link,
    firstSeenAt: now,
    lastSeenAt: now,
    sequenceNum: 0n,
    capabilities: 0n,
    description: undefined,
    health: undefined,
    effectiveConfig: undefined,
    remoteConfigStatus: undefined,
    components: undefined,
    offer: undefined,
    sentHash: undefined,
    settingsOffer: undefined,
    settingsSentHash: undefined,
    settingsStatus: undefined,
    certificate: undefined,
    guest: undefined,
    packagesOffer: undefined,
    packagesSent: undefined,
    packageStatuses: undefined,
    restartWaiting: false,
    fullStateWaiting: false,
    offers: [],
    customCapabilities: [],
    layers: undefined,
    customDeclared: [],
    messagesWaiting: [],
    history: [],
    sources: new Map(),
  };
}

/** Adds entries to an agent's history and lets the oldest go. */
export function remember(record: KnownAgent, entries: readonly HistoryEntry[]): KnownAgent {
  if (entries.length === 0) return record;
  const added = entries.map((entry) => ({
    ...entry,
    text: shortText(entry.text, historyCharacters),
  }));
  return { ...record, history: [...record.history, ...added].slice(-maxHistoryEntries) };
}

/** The beginning of a text that somebody else has written; it does not hold the rest in memory, as a slice of it would. */
export function shortText(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${Buffer.from(text.slice(0, most)).toString("utf8")}…`;
}

/** Whether every bit of `capability` is set. */
export function has(record: KnownAgent, capability: bigint): boolean {
  return (record.capabilities & capability) === capability;
}

/** Why nothing goes to an agent yet; undefined: it may get what is wanted. */
export function heldBack({ guest }: Pick<KnownAgent, "guest">): string | undefined {
  if (guest === undefined || guest.is === "approved") return undefined;
  return guest.is === "refused" ? "the agent was refused" : "the agent waits to be approved";
}

/** The record of an agent that was reachable until now. */
export function closeLink(record: KnownAgent, why: string, now: number): KnownAgent {
  const link: AgentLink = { at: "closed", since: now, why };
  const closed: KnownAgent = { ...record, link, restartWaiting: false, fullStateWaiting: false };
  return remember(closed, [{ at: now, kind: "disconnected", text: `Disconnected: ${why}` }]);
}

/** A remote configuration's state. */
export type StatusWord = "unset" | "applied" | "applying" | "failed";

/** The word for a number of `RemoteConfigStatuses`; unknown numbers read as `unset`. */
export function statusWord(status: number | undefined): StatusWord {
  if (status === ConfigStatus.Applied) return "applied";
  if (status === ConfigStatus.Applying) return "applying";
  return status === ConfigStatus.Failed ? "failed" : "unset";
}

/** What an answer depends on beside the record itself. */
export interface Asked {
  readonly message: AgentToServer;
  /** The first message of this agent on this connection. */
  readonly first: boolean;
  /** Something may have been lost: the number does not follow, or the agent is unknown. */
  readonly gap: boolean;
  readonly now: number;
}
