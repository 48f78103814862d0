import type { ServerToAgent } from "../../opamp-client/wire/messages.ts";
import { type KnownAgent, has } from "./known-agent.ts";

/** Every agent that was ever seen, by the text of its uid, and the uids that were given out. */
export interface Fleet {
  readonly agents: ReadonlyMap<string, KnownAgent>;
  /** `<connection> <old uid>` to the new uid, so that a repeated question gets the same answer. */
  readonly assigned: ReadonlyMap<string, string>;
  /** Fingerprints of client certificates that let nobody in any more. */
  readonly revoked: ReadonlySet<string>;
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

/** Why something cannot be sent to an agent just now. */
export function obstacle(record: KnownAgent, capability: bigint, what: string): string | undefined {
  if (record.link.at === "closed") return "the agent is not connected";
  if (!has(record, capability)) return `the agent does not accept ${what}`;
  const polls = record.link.connection.transport === "http";
  return polls ? "the agent polls: it gets this in the answer to its next message" : undefined;
}

/** Sends a message to an agent that is then known as this record. */
export function pushTo(record: KnownAgent, fleet: Fleet, message: ServerToAgent): Asking {
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
export function withAgent(fleet: Fleet, record: KnownAgent): Fleet {
  return { ...fleet, agents: new Map(fleet.agents).set(record.uid, record) };
}
