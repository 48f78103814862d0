import { AgentCapability, ConfigStatus } from "../../opamp-client/wire/messages.ts";
import { has, type KnownAgent, type LoggedOffer, shortText } from "./known-agent.ts";
import { sameHash } from "./remote-config.ts";

const mostOffers = 20;
const errorCharacters = 10_000;

/** Begins a new offer; the one before is replaced unless the agent has given its verdict. */
export function logOffer(
  record: KnownAgent,
  offer: Pick<LoggedOffer, "hash" | "files" | "configuration">,
  now: number,
): KnownAgent {
  const begun: LoggedOffer = {
    ...offer,
    offeredAt: now,
    sentAt: undefined,
    applyingAt: undefined,
    verdictAt: undefined,
    state: "waiting",
    errorMessage: "",
  };
  const { offers } = ended(record, "replaced");
  return { ...record, offers: [begun, ...offers].slice(0, mostOffers) };
}

/** The newest offer is no longer wanted. */
export function logWithdrawal(record: KnownAgent): KnownAgent {
  return ended(record, "withdrawn");
}

/** The newest offer goes out; a second time is none of its own. */
export function logSent(record: KnownAgent, now: number): KnownAgent {
  const [newest] = record.offers;
  if (newest?.sentAt !== undefined || newest?.state !== "waiting") return record;
  return withNewest(record, { ...newest, sentAt: now, state: "sent" });
}

/** The newest offer did not go out after all. */
export function logUnsent(record: KnownAgent): KnownAgent {
  const [newest] = record.offers;
  if (newest?.state !== "sent") return record;
  return withNewest(record, { ...newest, sentAt: undefined, state: "waiting" });
}

/** Takes in what the agent says of the newest offer. */
export function logStatus(record: KnownAgent, now: number): KnownAgent {
  const [newest] = record.offers;
  const { remoteConfigStatus: said } = record;
  if (newest === undefined || !sameHash(said?.lastRemoteConfigHash, newest.hash)) return record;
  const errorMessage = shortText(said?.errorMessage ?? "", errorCharacters);
  const state = stateOf(newest, said?.status);
  if (state === newest.state && errorMessage === newest.errorMessage) return record;
  if (state === "applying") {
    const applyingAt = newest.applyingAt ?? now;
    return withNewest(record, { ...newest, state, errorMessage, applyingAt });
  }
  if (state !== "applied" && state !== "failed") return record;
  const verdictAt = state === newest.state ? newest.verdictAt : now;
  return withNewest(record, { ...newest, state, errorMessage, verdictAt });
}

/** A configuration that failed is offered once more: what the agent says of it is from before. */
export function isTriedAgain({ offers, remoteConfigStatus }: KnownAgent): boolean {
  return offers[0]?.state === "waiting" && remoteConfigStatus?.status === ConfigStatus.Failed;
}

/** Whether an agent says that it runs another configuration than the offered one, which it had before. */
export function hasDrifted(record: KnownAgent): boolean {
  const [newest] = record.offers;
  const { remoteConfigStatus: said } = record;
  if (newest?.state !== "applied" || said === undefined) return false;
  if (!has(record, AgentCapability.ReportsRemoteConfig)) return false;
  return !sameHash(said.lastRemoteConfigHash, newest.hash);
}

function stateOf(newest: LoggedOffer, status: number | undefined): LoggedOffer["state"] {
  if (status === ConfigStatus.Applying) return "applying";
  if (status === ConfigStatus.Applied) return "applied";
  // Before it is sent again, a failure is that of the former time.
  if (status === ConfigStatus.Failed && newest.state !== "waiting") return "failed";
  return newest.state;
}

function ended(record: KnownAgent, state: "replaced" | "withdrawn"): KnownAgent {
  const [newest] = record.offers;
  if (newest === undefined) return record;
  const open = newest.state === "waiting" || newest.state === "sent" || newest.state === "applying";
  return open || state === "withdrawn" ? withNewest(record, { ...newest, state }) : record;
}

function withNewest(record: KnownAgent, newest: LoggedOffer): KnownAgent {
  return { ...record, offers: [newest, ...record.offers.slice(1)] };
}
