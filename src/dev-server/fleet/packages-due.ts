import { AgentCapability } from "../../opamp-client/wire/messages.ts";
import { type Asked, has, type KnownAgent, type PackagesOffer } from "./known-agent.ts";

/** An agent that never takes an offer in gets it so often on one connection, and no more. */
const mostTimes = 8;

/**
 * The packages that go with an answer: once on each connection, and again when something may be lost or the agent
 * reports a hash that is neither that of the offer nor the one it had when the offer went out.
 */
export function duePackages(record: KnownAgent, asked: Asked): PackagesOffer | undefined {
  const { packagesOffer: offer, packagesSent: sent } = record;
  if (offer === undefined || !has(record, AgentCapability.AcceptsPackages)) return undefined;
  if (hasTakenUp(record)) return undefined;
  if (sent === undefined || !isSame(sent.hash, offer.hash)) return offer;
  const { against } = sent;
  if (against.length >= mostTimes) return undefined;
  if (asked.gap) return offer;
  // Silence says nothing, and the hash from before crossed our offer on its way.
  const silent = asked.message.packageStatuses === undefined;
  return silent || against.includes(reportedHash(record)) ? undefined : offer;
}

/** The record when one more offer is about to go out. */
export function noteSent(record: KnownAgent): KnownAgent {
  const { packagesOffer: offer, packagesSent: sent } = record;
  if (offer === undefined) return record;
  const before = sent !== undefined && isSame(sent.hash, offer.hash) ? sent.against : [];
  const packagesSent = { hash: offer.hash, against: [...before, reportedHash(record)] };
  return { ...record, packagesSent };
}

/** The record when nothing is known of what has reached the agent: it is on a new connection, or somebody asks anew. */
export function forgetSent(record: KnownAgent): KnownAgent {
  return record.packagesSent === undefined ? record : { ...record, packagesSent: undefined };
}

/** Whether the agent says that it works on this offer, or has done so. */
export function hasTakenUp({ packagesOffer: offer, packageStatuses: said }: KnownAgent): boolean {
  if (offer === undefined || said === undefined) return false;
  return isSame(said.serverProvidedAllPackagesHash ?? new Uint8Array(), offer.hash);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(b);
}

function reportedHash({ packageStatuses }: KnownAgent): string {
  return Buffer.from(packageStatuses?.serverProvidedAllPackagesHash ?? []).toString("hex");
}
