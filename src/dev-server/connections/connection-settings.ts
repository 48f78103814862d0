import { createHash } from "node:crypto";
import { encodeServerToAgent } from "../../opamp-client/wire/codec.ts";
import {
  type ConnectionSettingsOffers,
  AgentCapability,
  type OtherConnectionSettings,
} from "../../opamp-client/wire/messages.ts";

/** Connections that an agent is to use: its own to a server, those of its telemetry, and others by name. */
export type ConnectionSettings = Omit<ConnectionSettingsOffers, "hash">;

/** What somebody wants of an agent's connections. */
export interface SettingsOffer {
  readonly settings: ConnectionSettings;
  readonly at: number;
  /** The agent has said how it ended. */
  readonly settled: boolean;
}

/** Settings as they go on the wire. */
export interface OfferedSettings {
  readonly settings: ConnectionSettings;
  readonly hash: Uint8Array;
}

type Kind = keyof ConnectionSettings;

const kinds: readonly (readonly [Kind, bigint])[] = [
  ["opamp", AgentCapability.AcceptsOpampConnectionSettings],
  ["ownMetrics", AgentCapability.ReportsOwnMetrics],
  ["ownLogs", AgentCapability.ReportsOwnLogs],
  ["ownTraces", AgentCapability.ReportsOwnTraces],
  ["otherConnections", AgentCapability.AcceptsOtherConnectionSettings],
];

/** What an agent with these capabilities may be offered of them, with its hash; undefined when that is nothing. */
export function offerable(
  settings: ConnectionSettings,
  capabilities: bigint,
): OfferedSettings | undefined {
  const accepted = new Set<string>(
    kinds.filter(([, bit]) => (capabilities & bit) !== 0n).map(([kind]) => kind),
  );
  const parts = Object.entries(settings).filter(([kind]) => accepted.has(kind));
  if (parts.length === 0) return undefined;
  const offered: ConnectionSettings = Object.fromEntries(parts);
  return { settings: offered, hash: hashOfSettings(offered) };
}

/** SHA-256 over all of it as it goes on the wire; the order of names does not matter. */
export function hashOfSettings(settings: ConnectionSettings): Uint8Array {
  const { otherConnections } = settings;
  const connectionSettings =
    otherConnections === undefined
      ? settings
      : { ...settings, otherConnections: inOrder(otherConnections, otherInOrder) };
  return createHash("sha256").update(encodeServerToAgent({ connectionSettings })).digest();
}

/** The settings after another wish: a kind or a name that it does not hold stays. */
export function mergeSettings(
  before: ConnectionSettings | undefined,
  wish: ConnectionSettings,
): ConnectionSettings {
  const others = [...(before?.otherConnections ?? []), ...(wish.otherConnections ?? [])];
  const merged = { ...before, ...wish };
  return others.length === 0 ? merged : { ...merged, otherConnections: new Map(others) };
}

/** The settings with a client certificate for the connection to the server. */
export function withCertificate(
  before: ConnectionSettings | undefined,
  certificate: NonNullable<NonNullable<ConnectionSettings["opamp"]>["certificate"]>,
): ConnectionSettings {
  return { ...before, opamp: { ...before?.opamp, certificate } };
}

/** The settings without a client certificate; undefined when nothing else is left. */
export function withoutCertificate(settings: ConnectionSettings): ConnectionSettings | undefined {
  const { opamp, ...others } = settings;
  const parts = Object.entries(opamp ?? {}).filter(([name]) => name !== "certificate");
  const rest: ConnectionSettings =
    parts.length === 0 ? others : { ...others, opamp: Object.fromEntries(parts) };
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function otherInOrder(settings: OtherConnectionSettings): OtherConnectionSettings {
  const { otherSettings } = settings;
  return otherSettings === undefined
    ? settings
    : { ...settings, otherSettings: inOrder(otherSettings, (text) => text) };
}

function inOrder<T>(map: ReadonlyMap<string, T>, change: (value: T) => T): ReadonlyMap<string, T> {
  const entries = [...map].map(([name, value]): [string, T] => [name, change(value)]);
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
