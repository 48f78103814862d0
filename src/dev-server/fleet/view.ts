import {
  type ComponentHealth,
  type AnyValue,
  type KeyValue,
  AgentCapability,
  type AgentConfigObject,
  type AvailableComponents,
} from "../../opamp-client/wire/messages.ts";
import {
  type HistoryEntry,
  type StatusWord,
  type KnownAgent,
  statusWord,
  type Offer,
} from "./known-agent.ts";
import type { Fleet } from "./fleet-state.ts";
import { filesOf, type ConfigFiles, sameHash } from "./remote-config.ts";
import {
  type ConfigStatusView,
  type ConnectionsView,
  viewConnections,
} from "./view-connections.ts";

import { type PackagesView, viewPackages } from "./view-packages.ts";

/** One agent in the list, as plain values that JSON can carry; times are in ms since the epoch, hashes in hex. */
export interface AgentSummary {
  readonly uid: string;
  readonly name: string;
  readonly version: string;
  readonly connected: boolean;
  readonly transport: "websocket" | "http" | undefined;
  /** Why a disconnected agent is disconnected. */
  readonly disconnectedWhy: string | undefined;
  /** What the agent said last; `unknown` before it said anything and while it is disconnected. */
  readonly up: "true" | "false" | "unknown";
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly status: string;
  readonly lastError: string;
  readonly remoteConfigStatus: ConfigStatusView | undefined;
}

/** All about one agent. */
export interface AgentView extends AgentSummary {
  readonly sequenceNum: string;
  readonly capabilities: readonly string[];
  readonly identifyingAttributes: readonly AttributeView[];
  readonly otherAttributes: readonly AttributeView[];
  readonly health: HealthView | undefined;
  readonly effectiveConfig: readonly FileView[];
  readonly offer: OfferView | undefined;
  readonly connections: ConnectionsView;
  readonly packages: PackagesView;
  /** Component types by kind (`receivers` to `["otlp"]`). */
  readonly components: readonly { readonly kind: string; readonly types: readonly string[] }[];
  readonly history: readonly HistoryEntry[];
}

/** An attribute as a person would write it. */
export interface AttributeView {
  readonly key: string;
  readonly value: string;
}

export interface HealthView {
  readonly healthy: boolean;
  readonly status: string;
  readonly lastError: string;
  readonly startedAt: number | undefined;
  readonly statusAt: number | undefined;
  readonly components: readonly { readonly name: string; readonly health: HealthView }[];
}

interface FileView {
  readonly name: string;
  readonly contentType: string;
  readonly text: string;
}

/** `state` is what the agent said about this very offer; `waiting` until it says something. */
interface OfferView {
  readonly files: readonly FileView[];
  readonly hash: string;
  readonly at: number;
  readonly state: "waiting" | Exclude<StatusWord, "unset">;
  readonly errorMessage: string;
}

/** All about every agent, connected ones first, then by name and uid. */
export function viewFleet(fleet: Fleet): readonly AgentView[] {
  return inOrder([...fleet.agents.values()].map((record) => viewAgent(record, fleet)));
}

/** All about one agent, for the page, the JSON API and the tests. */
export function viewAgent(record: KnownAgent, { revoked }: Pick<Fleet, "revoked">): AgentView {
  const { description, health, offer } = record;
  return {
    ...summarize(record),
    sequenceNum: record.sequenceNum.toString(),
    capabilities: capabilityNames(record.capabilities),
    identifyingAttributes: attributesOf(description?.identifyingAttributes),
    otherAttributes: attributesOf(description?.nonIdentifyingAttributes),
    health: health === undefined ? undefined : viewHealth(health),
    effectiveConfig: viewFiles(filesOf(record.effectiveConfig)),
    offer: offer === undefined ? undefined : viewOffer(record, offer),
    connections: viewConnections(record, revoked),
    packages: viewPackages(record),
    components: viewComponents(record.components),
    history: record.history,
  };
}

/** An agent as one of the list. */
export function summarize(record: KnownAgent): AgentSummary {
  const { link, health } = record;
  const identifying = attributesOf(record.description?.identifyingAttributes);
  const connected = link.at === "open";
  return {
    uid: record.uid,
    name: valueOf(identifying, "service.name") ?? "unnamed agent",
    version: valueOf(identifying, "service.version") ?? "",
    connected,
    transport: connected ? link.connection.transport : undefined,
    disconnectedWhy: connected ? undefined : link.why,
    up: connected ? upWord(health) : "unknown",
    firstSeenAt: record.firstSeenAt,
    lastSeenAt: record.lastSeenAt,
    status: health?.status ?? "",
    lastError: health?.lastError ?? "",
    remoteConfigStatus: viewStatus(record),
  };
}

/** Connected agents first, then by name and uid. */
export function inOrder<T extends AgentSummary>(agents: readonly T[]): readonly T[] {
  const key = (agent: T): string => `${agent.connected ? 0 : 1}\n${agent.name}\n${agent.uid}`;
  const keyed = agents.map((agent) => ({ agent, key: key(agent) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ agent }) => agent);
}

function upWord(health: ComponentHealth | undefined): AgentSummary["up"] {
  if (health === undefined) return "unknown";
  return health.healthy === true ? "true" : "false";
}

/** An attribute's value as a person would write it. */
export function textOfValue(value: AnyValue | undefined): string {
  if (value?.stringValue !== undefined) return value.stringValue;
  if (value?.boolValue !== undefined) return String(value.boolValue);
  if (value?.intValue !== undefined) return value.intValue.toString();
  if (value?.doubleValue !== undefined) return String(value.doubleValue);
  if (value?.bytesValue !== undefined) return Buffer.from(value.bytesValue).toString("hex");
  if (value?.arrayValue !== undefined) {
    return `[${(value.arrayValue.values ?? []).map(textOfValue).join(", ")}]`;
  }
  const pairs = value?.kvlistValue?.values ?? [];
  return pairs.length === 0 ? "" : `{${pairs.map(textOfPair).join(", ")}}`;
}

function textOfPair(pair: KeyValue): string {
  return `${pair.key}: ${textOfValue(pair.value)}`;
}

/** Attributes as texts. */
export function attributesOf(pairs: readonly KeyValue[] | undefined): readonly AttributeView[] {
  return (pairs ?? []).map((pair) => ({ key: pair.key, value: textOfValue(pair.value) }));
}

function valueOf(pairs: readonly AttributeView[], key: string): string | undefined {
  return pairs.find((pair) => pair.key === key)?.value;
}

function capabilityNames(capabilities: bigint): readonly string[] {
  const names = Object.entries(AgentCapability);
  return names.filter(([, bit]) => (capabilities & bit) !== 0n).map(([name]) => name);
}

function viewHealth(health: ComponentHealth): HealthView {
  const parts = [...(health.componentHealthMap ?? new Map<string, ComponentHealth>())];
  return {
    healthy: health.healthy === true,
    status: health.status ?? "",
    lastError: health.lastError ?? "",
    startedAt: milliseconds(health.startTimeUnixNano),
    statusAt: milliseconds(health.statusTimeUnixNano),
    components: parts.map(([name, part]) => ({ name, health: viewHealth(part) })),
  };
}

function milliseconds(nanoseconds: bigint | undefined): number | undefined {
  return nanoseconds === undefined || nanoseconds === 0n
    ? undefined
    : Number(nanoseconds / 1_000_000n);
}

/** Entries of a configuration as texts, by name. */
export function viewFiles(files: ConfigFiles): readonly FileView[] {
  const entries: [string, AgentConfigObject][] = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, file]) => ({
    name,
    contentType: file.contentType ?? "",
    text: Buffer.from(file.body ?? []).toString("utf8"),
  }));
}

function viewStatus(record: KnownAgent): ConfigStatusView | undefined {
  const status = record.remoteConfigStatus;
  if (status === undefined) return undefined;
  return {
    status: statusWord(status.status),
    hash: Buffer.from(status.lastRemoteConfigHash ?? []).toString("hex"),
    errorMessage: status.errorMessage ?? "",
  };
}

function viewOffer(record: KnownAgent, offer: Offer): OfferView {
  const status = record.remoteConfigStatus;
  const about = sameHash(status?.lastRemoteConfigHash, offer.hash) ? status : undefined;
  const word = statusWord(about?.status);
  return {
    files: viewFiles(filesOf({ configMap: offer.remoteConfig.config ?? {} })),
    hash: Buffer.from(offer.hash).toString("hex"),
    at: offer.at,
    state: word === "unset" ? "waiting" : word,
    errorMessage: about?.errorMessage ?? "",
  };
}

function viewComponents(reported: AvailableComponents | undefined): AgentView["components"] {
  return [...(reported?.components ?? [])].map(([kind, details]) => ({
    kind,
    types: [...(details.subComponentMap?.keys() ?? [])].sort(),
  }));
}
