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
  heldBack,
  type KnownAgent,
  type NamedVersion,
} from "./known-agent.ts";
import { placeOf, hearBeside, hear, letGo, isOn, saidGoodbye } from "./agent-link.ts";
import { type CertificateAnswer, noteRefusal, withAnswer } from "./certificate-answer.ts";
import { noteSources } from "./held-bytes.ts";
import { logOffer, logSent } from "./offer-log.ts";
import { type ConfigFiles, remoteConfigOf, sameHash } from "./remote-config.ts";
import { type FleetLimits, fleetLimits, makeRoom, thereIsRoom } from "./make-room.ts";
import {
  farewell,
  badRequest,
  unavailable,
  composeReply,
  serverCapabilities,
  restartCommand,
  newIdentity,
} from "./reply.ts";
import { heedStatus } from "./settings-due.ts";
import { admit, noteIntruder, withGuest } from "./guests.ts";
import {
  type Fleet,
  type FleetNews,
  keeping,
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
  /** How long it was; absent: it counts for nothing. */
  readonly bytes?: number;
  readonly now: number;
  readonly freshUid: Uint8Array;
  /** The answer to the certificate request in it. */
  readonly certificate?: CertificateAnswer | undefined;
  readonly limits?: FleetLimits;
}

/** What a message changes, and what is said to it. */
interface Answered {
  readonly news: FleetNews;
  readonly reply: ServerToAgent;
}

/** An agent for which there is no room comes back after so long. */
const fullForSeconds = 30;
/** And one that is kept out, since a person may think otherwise. */
const keptOutForSeconds = 60;

/** Takes in one message; there is always an answer (specification.md#status-reporting). */
export function receive(fleet: Fleet, received: Received): Answered {
  const { connection, message, bytes = 0, now, certificate, limits = fleetLimits } = received;
  const uid = uidToText(message.instanceUid);
  const leaving = message.agentDisconnect !== undefined;
  const known = fleet.agents.get(uid);
  const admission = admit(known, connection, now);
  if (admission.is === "out") return keptOut(known, admission.why, received);
  const place = placeOf(known, message, connection);
  const foreign = place === "foreign";
  // An agent that says goodbye needs no new uid, and the agent that this uid belongs to stays connected.
  if (leaving && foreign) return { news: {}, reply: farewell(message) };
  if (!leaving && (foreign || asksForUid(message))) return assignUid(fleet, uid, received);
  if (certificate?.is === "refused") {
    const noted = known === undefined ? [] : [noteRefusal(known, certificate.why, now)];
    return { news: { records: noted }, reply: badRequest(certificate.why, message.instanceUid) };
  }
  const room = known === undefined ? makeRoom(fleet, connection, limits) : thereIsRoom;
  if (room.is === "none")
    return { news: {}, reply: unavailable(room.why, message.instanceUid, fullForSeconds) };
  const { forgotten } = room;
  const beside = place === "beside" && known?.link.at === "open";
  const heard = beside
    ? hearBeside(known, known.link, message, connection, now)
    : hear(known, uid, message, connection, now);
  const noted = noteSources(known, heard, bytes);
  // What only proves an offer may still fail, and the agent goes back to where it is a guest.
  const record = beside ? noted : withGuest(noted, known, admission.guest, now);
  if (leaving) {
    const left = letGo(record, connection.id, saidGoodbye, now);
    return { news: { records: [left], forgotten }, reply: farewell(message) };
  }
  const first = known === undefined || !isOn(known, connection.id);
  const before = beside ? known.link.beside?.sequenceNum : known?.sequenceNum;
  const gap = before === undefined || message.sequenceNum !== before + 1n;
  const asking = withAnswer(heedStatus(record, message), certificate, now);
  const answered = composeReply(asking, { message, first, gap, now });
  return { news: { records: [answered.record], forgotten }, reply: answered.reply };
}

/** Every agent of a connection that closed is shown as disconnected; nothing is forgotten. */
export function disconnect(
  fleet: Fleet,
  connectionId: string,
  why: string,
  now: number,
): FleetNews {
  return { records: closeWhere(fleet, connectionId, why, now), ended: connectionId };
}

/** Agents on plain HTTP have no connection to lose: they are gone when they have been silent since `deadline`. */
export function forgetSilent(fleet: Fleet, deadline: number, now: number): FleetNews {
  const why = "no poll came for too long";
  // The clock may have been set back since it was heard.
  const isSilent = ({ lastSeenAt }: KnownAgent): boolean =>
    lastSeenAt < deadline || lastSeenAt > now;
  return { records: closeWhere(fleet, httpConnectionId, why, now, isSilent) };
}

/** What is said of an offer beside its entries. */
export interface OfferAbout {
  readonly configuration?: NamedVersion;
  /** Who or what wanted it, for the history. */
  readonly why?: string;
}

/** Wants an agent to run these entries; the newest wish replaces the one before. */
export function offerConfig(
  fleet: Fleet,
  uid: string,
  files: ConfigFiles,
  now: number,
  about: OfferAbout = {},
): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  const remoteConfig = remoteConfigOf(files);
  const hash = remoteConfig.configHash;
  if (sameHash(record.offer?.hash, hash) && runsOrTries(record, hash)) {
    return { news: {}, delivery: { is: "unchanged", why: "the agent has this configuration" } };
  }
  const { configuration, why } = about;
  const named = configuration && `${configuration.name} ${configuration.version}`;
  const saved = `Configuration ${Buffer.from(hash).toString("hex").slice(0, 12)} saved`;
  const text = [saved, named, why].filter((part) => part !== undefined).join(" · ");
  const wanted = { ...record, offer: { remoteConfig, hash, at: now } };
  const logged = logOffer(wanted, { hash, files, configuration }, now);
  const offered = remember(logged, [{ at: now, kind: "offer", text }]);
  const blocked = obstacle(record, AgentCapability.AcceptsRemoteConfig, "remote configuration");
  if (blocked !== undefined) {
    return keeping(offered, { is: "waiting", why: blocked });
  }
  return pushTo(logSent({ ...offered, sentHash: hash }, now), {
    instanceUid: record.instanceUid,
    capabilities: serverCapabilities,
    remoteConfig,
  });
}

/** Orders a restart; over plain HTTP the order waits for the agent's next poll. */
export function restart(fleet: Fleet, uid: string, now: number): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  if (!has(record, AgentCapability.AcceptsRestartCommand)) {
    return refused("the agent does not accept a restart command");
  }
  // One that was approved much later would restart then.
  const held = heldBack(record);
  if (held !== undefined) return refused(held);
  if (record.link.at === "closed") return refused("the agent is not connected");
  const ordered = remember(record, [{ at: now, kind: "restart", text: "Restart ordered" }]);
  const blocked = obstacle(record, AgentCapability.AcceptsRestartCommand, "a restart command");
  if (blocked !== undefined) {
    return keeping({ ...ordered, restartWaiting: true }, { is: "waiting", why: blocked });
  }
  return pushTo(ordered, restartCommand(record));
}

function keptOut(
  known: KnownAgent | undefined,
  why: string,
  { connection, message, now }: Received,
): Answered {
  const { guestFrom = "" } = connection;
  const noted = known === undefined ? known : noteIntruder(known, why, guestFrom, now);
  const news = noted === undefined || noted === known ? {} : { records: [noted] };
  if (message.agentDisconnect !== undefined) return { news: {}, reply: farewell(message) };
  return { news, reply: unavailable(why, message.instanceUid, keptOutForSeconds) };
}

function asksForUid({ flags = 0n }: AgentToServer): boolean {
  return (flags & AgentFlag.RequestInstanceUid) !== 0n;
}

function assignUid(
  fleet: Fleet,
  uid: string,
  { connection, message, now, freshUid }: Received,
): Answered {
  const before = fleet.assigned.get(connection.id)?.get(uid);
  const given = before === undefined ? freshUid : (uidFromText(before) ?? freshUid);
  const newUid = uidToText(given);
  const known = fleet.agents.get(uid);
  const leaves = known !== undefined && isOn(known, connection.id);
  const why = `it was given the uid ${newUid}`;
  const records = leaves ? [letGo(known, connection.id, why, now)] : [];
  const assigned = { connectionId: connection.id, uid, newUid };
  return { news: { records, assigned }, reply: newIdentity(message, given) };
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
): readonly KnownAgent[] {
  const uids = [...(fleet.links.get(connectionId) ?? [])];
  return uids
    .map((uid) => fleet.agents.get(uid))
    .filter((record) => record !== undefined)
    .filter(matches)
    .map((record) => letGo(record, connectionId, why, now));
}
