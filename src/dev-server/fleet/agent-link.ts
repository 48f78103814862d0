import {
  type AgentToServer,
  ConfigStatus,
  type ConnectionSettingsStatus,
} from "../../opamp-client/wire/messages.ts";
import { absorb } from "./absorb.ts";
import {
  type KnownAgent,
  type Connection,
  type AgentLink,
  closeLink,
  remember,
} from "./known-agent.ts";
import { sameHash } from "./remote-config.ts";

/**
 * Where a message comes from.
 * - `own`: the agent's connection, from now on at least.
 * - `beside`: a second one, with which the agent proves what we have offered it.
 * - `foreign`: another agent has this uid on another connection.
 */
type Place = "own" | "beside" | "foreign";

/** Why a connection has ended whose agent has said that it would. */
export const saidGoodbye = "the agent said goodbye";

/** Tells which connection of an agent this is (specification.md#duplicate-websocket-connections). */
export function placeOf(
  record: KnownAgent | undefined,
  { connectionSettingsStatus }: AgentToServer,
  connection: Connection,
): Place {
  if (record?.link.at !== "open" || record.link.connection.id === connection.id) return "own";
  const { link, settingsStatus } = record;
  const statuses = [connectionSettingsStatus, settingsStatus];
  if (statuses.some((status) => isProving(record, status))) return "beside";
  // Once it has failed nothing is proved there any more.
  const known = link.beside?.connection.id === connection.id;
  if (known && settingsStatus?.status !== ConfigStatus.Failed) return "beside";
  const sockets = [link.connection, connection].every((each) => each.transport === "websocket");
  return sockets ? "foreign" : "own";
}

/** The record after a message on the agent's own connection. */
export function hear(
  known: KnownAgent | undefined,
  uid: string,
  message: AgentToServer,
  connection: Connection,
  now: number,
): KnownAgent {
  const link = known?.link;
  const same = link?.at === "open" && link.connection.id === connection.id;
  return absorb(known, uid, message, same ? link : openLink(connection, now), now);
}

/** The record after a message on a connection beside the agent's own, which counts its messages by itself. */
export function hearBeside(
  record: KnownAgent,
  link: Extract<AgentLink, { at: "open" }>,
  message: AgentToServer,
  connection: Connection,
  now: number,
): KnownAgent {
  const beside = { connection, sequenceNum: message.sequenceNum };
  const { sequenceNum } = record;
  return { ...absorb(record, record.uid, message, { ...link, beside }, now), sequenceNum };
}

/** The record after one of its connections has ended: the one beside it takes over. */
export function letGo(
  record: KnownAgent,
  connectionId: string,
  why: string,
  now: number,
): KnownAgent {
  const { link } = record;
  if (link.at === "closed") return record;
  const { connection, since, beside } = link;
  if (beside?.connection.id === connectionId) {
    return { ...record, link: { at: "open", connection, since } };
  }
  if (connection.id !== connectionId) return record;
  if (beside === undefined) return closeLink(record, why, now);
  const { sequenceNum } = beside;
  const moved = { ...record, sequenceNum, link: openLink(beside.connection, now) };
  const text = "The connection with the offered settings took over";
  return remember(moved, [{ at: now, kind: "connected", text }]);
}

/** Whether one of an agent's connections is this one. */
export function isOn({ link }: KnownAgent, connectionId: string): boolean {
  if (link.at === "closed") return false;
  return [link.connection.id, link.beside?.connection.id].includes(connectionId);
}

function openLink(connection: Connection, now: number): AgentLink {
  return { at: "open", connection, since: now };
}

function isProving(record: KnownAgent, status: ConnectionSettingsStatus | undefined): boolean {
  const ours = sameHash(status?.lastConnectionSettingsHash, record.settingsSentHash);
  return ours && status?.status === ConfigStatus.Applying;
}
