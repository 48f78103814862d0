import { AgentCapability, AgentFlag, ConfigStatus } from "../opamp-client/messages.ts";
import type { AgentToServer, ServerToAgent } from "../opamp-client/messages.ts";
import { uidFromText, uidToText } from "../opamp-client/instance-uid.ts";
import type { AgentRecord, Connection } from "./agent-record.ts";
import { has, httpConnectionId, remember } from "./agent-record.ts";
import { hear, hearBeside, isOn, letGo, placeOf } from "./agent-link.ts";
import type { CertificateAnswer } from "./certificate-answer.ts";
import { noteRefusal, withAnswer } from "./certificate-answer.ts";
import type { ConfigFiles } from "./remote-config.ts";
import { remoteConfigOf, sameHash } from "./remote-config.ts";
import {
  badRequest,
  composeReply,
  farewell,
  newIdentity,
  restartCommand,
  serverCapabilities,
} from "./reply.ts";
import { heedStatus } from "./settings-due.ts";

/** Every agent that was ever seen, by the text of its uid, and the uids that were given out. */
export interface Fleet {
  readonly agents: ReadonlyMap<string, AgentRecord>;
  /** `<connection> <old uid>` to the new uid, so that a repeated question gets the same answer. */
  readonly assigned: ReadonlyMap<string, string>;
  /** Fingerprints of client certificates that let nobody in any more. */
  readonly revoked: ReadonlySet<string>;
}

/** One message as it arrived. `freshUid` is used when the agent needs another uid. */
export interface Received {
  readonly connection: Connection;
  readonly message: AgentToServer;
  readonly now: number;
  readonly freshUid: Uint8Array;
  /** The answer to the certificate request in it. */
  readonly certificate?: CertificateAnswer | undefined;
}

/** A message to an agent that did not ask. */
export interface Push {
  readonly connectionId: string;
  readonly message: ServerToAgent;
}

/**
 * What became of a wish.
 * - `pushed`: sent just now.
 * - `waiting`: kept; it goes out as soon as the agent can be reached and accepts it.
 * - `unchanged`: the agent has it already.
 * - `refused`: not kept.
 */
export type Delivery =
  | { readonly is: "pushed" }
  | { readonly is: "waiting"; readonly why: string }
  | { readonly is: "unchanged"; readonly why: string }
  | { readonly is: "refused"; readonly why: string };

/** The fleet after somebody asked something of an agent. */
export interface Asking {
  readonly fleet: Fleet;
  readonly delivery: Delivery;
  readonly push?: Push;
  /** A connection that is to end. */
  readonly expels?: { readonly connectionId: string; readonly why: string };
}

/** A fleet that nobody has joined yet. */
export function emptyFleet(): Fleet {
  return { agents: new Map(), assigned: new Map(), revoked: new Set() };
}

/** Takes in one message; there is always an answer (specification.md#status-reporting). */
export function receive(
  fleet: Fleet,
  received: Received,
): { readonly fleet: Fleet; readonly reply: ServerToAgent } {
  const { connection, message, now, certificate } = received;
  const uid = uidToText(message.instanceUid);
  const leaving = message.agentDisconnect !== undefined;
  const known = fleet.agents.get(uid);
  const place = placeOf(known, message, connection);
  const foreign = place === "foreign";
  // Whoever leaves needs no name any more, and must not take the rightful owner along.
  if (leaving && foreign) return { fleet, reply: farewell(message) };
  if (!leaving && (foreign || asksForUid(message))) return assignUid(fleet, uid, received);
  if (certificate?.is === "refused") {
    const noted =
      known === undefined ? fleet : withAgent(fleet, noteRefusal(known, certificate.why, now));
    return { fleet: noted, reply: badRequest(certificate.why, message.instanceUid) };
  }
  const beside = place === "beside" && known?.link.at === "open";
  const record = beside
    ? hearBeside(known, known.link, message, connection, now)
    : hear(known, uid, message, connection, now);
  if (leaving) {
    const left = letGo(record, connection.id, "the agent said goodbye", now);
    return { fleet: withAgent(fleet, left), reply: farewell(message) };
  }
  const first = known === undefined || !isOn(known, connection.id);
  const before = beside ? known.link.beside?.sequenceNum : known?.sequenceNum;
  const gap = before === undefined || message.sequenceNum !== before + 1n;
  const asking = withAnswer(heedStatus(record), certificate, now);
  const answered = composeReply(asking, { message, first, gap });
  return { fleet: withAgent(fleet, answered.record), reply: answered.reply };
}

/** Every agent of a connection that closed is shown as disconnected; nothing is forgotten. */
export function disconnect(fleet: Fleet, connectionId: string, why: string, now: number): Fleet {
  const closed = closeWhere(fleet, connectionId, why, now);
  const assigned = [...fleet.assigned].filter(([key]) => !key.startsWith(`${connectionId} `));
  return assigned.length === fleet.assigned.size
    ? closed
    : { ...closed, assigned: new Map(assigned) };
}

/** Agents on plain HTTP have no connection to lose: they are gone when they have been silent since `deadline`. */
export function forgetSilent(fleet: Fleet, deadline: number, now: number): Fleet {
  const why = "no poll came for too long";
  return closeWhere(fleet, httpConnectionId, why, now, ({ lastSeenAt }) => lastSeenAt < deadline);
}

/** Wants an agent to run these entries; the newest wish replaces the one before. */
export function offerConfig(fleet: Fleet, uid: string, files: ConfigFiles, now: number): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(fleet, uid);
  const remoteConfig = remoteConfigOf(files);
  const hash = remoteConfig.configHash;
  if (sameHash(record.offer?.hash, hash) && runsOrTries(record, hash)) {
    return { fleet, delivery: { is: "unchanged", why: "the agent has this configuration" } };
  }
  const text = `Configuration ${Buffer.from(hash).toString("hex").slice(0, 12)} saved`;
  const offered = remember({ ...record, offer: { remoteConfig, hash, at: now } }, [
    { at: now, kind: "offer", text },
  ]);
  const blocked = obstacle(record, AgentCapability.AcceptsRemoteConfig, "remote configuration");
  if (blocked !== undefined) {
    return { fleet: withAgent(fleet, offered), delivery: { is: "waiting", why: blocked } };
  }
  return pushTo({ ...offered, sentHash: hash }, fleet, {
    instanceUid: record.instanceUid,
    capabilities: serverCapabilities,
    remoteConfig,
  });
}

/** Orders a restart; over plain HTTP the order waits for the agent's next poll. */
export function restart(fleet: Fleet, uid: string, now: number): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(fleet, uid);
  if (!has(record, AgentCapability.AcceptsRestartCommand)) {
    return refused(fleet, "the agent does not accept a restart command");
  }
  if (record.link.at === "closed") return refused(fleet, "the agent is not connected");
  const ordered = remember(record, [{ at: now, kind: "restart", text: "Restart ordered" }]);
  const blocked = obstacle(record, AgentCapability.AcceptsRestartCommand, "a restart command");
  if (blocked !== undefined) {
    const waiting = { ...ordered, restartWaiting: true };
    return { fleet: withAgent(fleet, waiting), delivery: { is: "waiting", why: blocked } };
  }
  return pushTo(ordered, fleet, restartCommand(record));
}

function asksForUid({ flags = 0n }: AgentToServer): boolean {
  return (flags & AgentFlag.RequestInstanceUid) !== 0n;
}

function assignUid(
  fleet: Fleet,
  uid: string,
  { connection, message, now, freshUid }: Received,
): { readonly fleet: Fleet; readonly reply: ServerToAgent } {
  const key = `${connection.id} ${uid}`;
  const before = fleet.assigned.get(key);
  const newUid = before === undefined ? freshUid : (uidFromText(before) ?? freshUid);
  const assigned = new Map(fleet.assigned).set(key, uidToText(newUid));
  const why = `it was given the uid ${uidToText(newUid)}`;
  const left = closeWhere(fleet, connection.id, why, now, (record) => record.uid === uid);
  return { fleet: { ...left, assigned }, reply: newIdentity(message, newUid) };
}

function runsOrTries(record: AgentRecord, hash: Uint8Array): boolean {
  const status = record.remoteConfigStatus;
  // Somebody who sends a failed configuration again wants it tried again.
  return (
    sameHash(status?.lastRemoteConfigHash, hash) && (status?.status ?? 0) !== ConfigStatus.Failed
  );
}

/** Why something cannot be sent to an agent just now. */
export function obstacle(
  record: AgentRecord,
  capability: bigint,
  what: string,
): string | undefined {
  if (record.link.at === "closed") return "the agent is not connected";
  if (!has(record, capability)) return `the agent does not accept ${what}`;
  const polls = record.link.connection.transport === "http";
  return polls ? "the agent polls: it gets this in the answer to its next message" : undefined;
}

/** Sends a message to an agent that is then known as this record. */
export function pushTo(record: AgentRecord, fleet: Fleet, message: ServerToAgent): Asking {
  const next = withAgent(fleet, record);
  if (record.link.at === "closed") return refused(next, "the agent is not connected");
  const push = { connectionId: record.link.connection.id, message };
  return { fleet: next, delivery: { is: "pushed" }, push };
}

/** Nobody goes by this uid. */
export function unknownAgent(fleet: Fleet, uid: string): Asking {
  return refused(fleet, `no agent has the uid ${uid}`);
}

/** The fleet stays as it is. */
export function refused(fleet: Fleet, why: string): Asking {
  return { fleet, delivery: { is: "refused", why } };
}

/** The fleet with this record in place of the agent's former one. */
export function withAgent(fleet: Fleet, record: AgentRecord): Fleet {
  return { ...fleet, agents: new Map(fleet.agents).set(record.uid, record) };
}

function closeWhere(
  fleet: Fleet,
  connectionId: string,
  why: string,
  now: number,
  matches: (record: AgentRecord) => boolean = () => true,
): Fleet {
  const gone = [...fleet.agents.values()].filter(
    (record) => isOn(record, connectionId) && matches(record),
  );
  if (gone.length === 0) return fleet;
  const closed = gone.map((record): [string, AgentRecord] => [
    record.uid,
    letGo(record, connectionId, why, now),
  ]);
  return { ...fleet, agents: new Map([...fleet.agents, ...closed]) };
}
