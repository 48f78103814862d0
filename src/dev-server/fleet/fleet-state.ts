import type { ServerToAgent } from "../../opamp-client/wire/messages.ts";
import { type KnownAgent, has, heldBack } from "./known-agent.ts";

/** Every agent that was ever seen, by the text of its uid, and the uids that were given out. */
export interface Fleet {
  readonly agents: ReadonlyMap<string, KnownAgent>;
  /** The uids of the agents on each open connection. */
  readonly links: ReadonlyMap<string, ReadonlySet<string>>;
  /** By connection: old uid to new uid, so that a repeated question gets the same answer. */
  readonly assigned: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Fingerprints of client certificates that let nobody in any more. */
  readonly revoked: ReadonlySet<string>;
  /** Uids of agents that wait to be approved, or were refused. */
  readonly guests: ReadonlySet<string>;
}

/**
 * What is new in a fleet. It is described and then applied (hold-fleet.ts), so that a message costs the same however many
 * agents there are.
 */
export interface FleetNews {
  /** Each in place of the agent's former record. */
  readonly records?: readonly KnownAgent[];
  readonly forgotten?: readonly string[];
  readonly assigned?: {
    readonly connectionId: string;
    readonly uid: string;
    readonly newUid: string;
  };
  /** A connection that has ended. */
  readonly ended?: string;
  /** The fingerprint of a certificate. */
  readonly revoked?: string;
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

/** What comes of it when somebody asks something of an agent. */
export interface Asking {
  readonly news: FleetNews;
  readonly delivery: Delivery;
  readonly push?: Push;
  /** A connection that is to end. */
  readonly expels?: { readonly connectionId: string; readonly why: string };
}

/** Why something cannot be sent to an agent just now. */
export function obstacle(record: KnownAgent, capability: bigint, what: string): string | undefined {
  const held = heldBack(record);
  if (held !== undefined) return held;
  if (record.link.at === "closed") return "the agent is not connected";
  if (!has(record, capability)) return `the agent does not accept ${what}`;
  const polls = record.link.connection.transport === "http";
  return polls ? "the agent polls: it gets this in the answer to its next message" : undefined;
}

/** Sends a message to an agent that is then known as this record. */
export function pushTo(record: KnownAgent, message: ServerToAgent): Asking {
  if (record.link.at === "closed") return refused("the agent is not connected");
  const push = { connectionId: record.link.connection.id, message };
  return { ...keeping(record, { is: "pushed" }), push };
}

/** Nobody goes by this uid. */
export function unknownAgent(uid: string): Asking {
  return refused(`no agent has the uid ${uid}`);
}

/** The fleet stays as it is. */
export function refused(why: string): Asking {
  return { news: {}, delivery: { is: "refused", why } };
}

/** The agent is then known as this record, and nothing is sent just now. */
export function keeping(record: KnownAgent, delivery: Delivery): Asking {
  return { news: { records: [record] }, delivery };
}
