import {
  type AgentToServer,
  type ServerToAgent,
  AgentCapability,
  AgentFlag,
  ConfigStatus,
} from "../../opamp-client/wire/messages.ts";
import { uidToText, uidFromText } from "../../opamp-client/wire/instance-uid.ts";
import {
  type Connection,
  httpConnectionId,
  remember,
  has,
  type KnownAgent,
} from "./known-agent.ts";
import { placeOf, hearBeside, hear, letGo, isOn } from "./agent-link.ts";
import { type CertificateAnswer, noteRefusal, withAnswer } from "./certificate-answer.ts";
import { type ConfigFiles, remoteConfigOf, sameHash } from "./remote-config.ts";
import {
  farewell,
  badRequest,
  composeReply,
  serverCapabilities,
  restartCommand,
  newIdentity,
} from "./reply.ts";
import { heedStatus } from "./settings-due.ts";
import {
  type Fleet,
  withAgent,
  type Asking,
  unknownAgent,
  obstacle,
  pushTo,
  refused,
} from "./fleet-state.ts";

/** One message as it arrived. `freshUid` is used when the agent needs another uid. */
interface Received {
  readonly connection: Connection;
  readonly message: AgentToServer;
  readonly now: number;
  readonly freshUid: Uint8Array;
  /** The answer to the certificate request in it. */
  readonly certificate?: CertificateAnswer | undefined;
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
  // An agent that says goodbye needs no new uid, and the agent that this uid belongs to stays connected.
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
  // The clock may have been set back since it was heard.
  const isSilent = ({ lastSeenAt }: KnownAgent): boolean =>
    lastSeenAt < deadline || lastSeenAt > now;
  return closeWhere(fleet, httpConnectionId, why, now, isSilent);
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

function runsOrTries(record: KnownAgent, hash: Uint8Array): boolean {
  const status = record.remoteConfigStatus;
  // Somebody who sends a failed configuration again wants it tried again.
  return (
    sameHash(status?.lastRemoteConfigHash, hash) && (status?.status ?? 0) !== ConfigStatus.Failed
  );
}

function closeWhere(
  fleet: Fleet,
  connectionId: string,
  why: string,
  now: number,
  matches: (record: KnownAgent) => boolean = () => true,
): Fleet {
  const gone = [...fleet.agents.values()].filter(
    (record) => isOn(record, connectionId) && matches(record),
  );
  if (gone.length === 0) return fleet;
  const closed = gone.map((record): [string, KnownAgent] => [
    record.uid,
    letGo(record, connectionId, why, now),
  ]);
  return { ...fleet, agents: new Map([...fleet.agents, ...closed]) };
}
