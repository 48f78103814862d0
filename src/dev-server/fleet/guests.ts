import { AgentCapability } from "../../opamp-client/wire/messages.ts";
import type { ConnectionSettings } from "../connections/connection-settings.ts";
import { wantConnections } from "./fleet-connections.ts";
import { type Asking, type Fleet, keeping, refused, unknownAgent } from "./fleet-state.ts";
import {
  type Connection,
  type Guest,
  has,
  type HistoryEntry,
  type KnownAgent,
  remember,
} from "./known-agent.ts";

/**
 * What becomes of somebody who speaks by the uid of an agent.
 * - `in`: the record has this `guest` from now on.
 * - `out`: nothing of the message is taken in.
 */
type Admission =
  | { readonly is: "in"; readonly guest: Guest | undefined }
  | { readonly is: "out"; readonly why: string };

/**
 * Tells whether the sender may speak as this agent (specification.md#trust-on-first-use). An agent that has come with
 * credentials is never one that comes without them, and an approval is for the address that a person has seen.
 */
export function admit(
  known: KnownAgent | undefined,
  connection: Connection,
  now: number,
): Admission {
  const { guestFrom: from } = connection;
  if (from === undefined) return { is: "in", guest: undefined };
  if (known === undefined) return { is: "in", guest: { is: "waiting", from, since: now } };
  const { guest } = known;
  if (guest === undefined) {
    return speaksOn(known, connection)
      ? { is: "in", guest }
      : out("this agent has come with credentials before; who comes without them is not let in");
  }
  if (guest.is === "refused") return out("a person has refused this agent");
  if (guest.from === from) return { is: "in", guest };
  return guest.is === "waiting"
    ? { is: "in", guest: { ...guest, from } }
    : out(`this agent was approved at ${guest.from}, and comes from another address`);
}

/** The record of an agent after a message on its own connection. */
export function withGuest(
  record: KnownAgent,
  before: KnownAgent | undefined,
  guest: Guest | undefined,
  now: number,
): KnownAgent {
  const entry = (text: string): HistoryEntry => ({ at: now, kind: "identity", text });
  if (guest !== undefined && before === undefined) {
    return remember({ ...record, guest }, [entry(`Came without credentials from ${guest.from}`)]);
  }
  if (record.guest === guest) return record;
  if (guest !== undefined) return { ...record, guest };
  return remember({ ...record, guest }, [entry("Came with its credentials")]);
}

/** The record of an agent that somebody has tried to speak for; the newest try takes the place of the one before. */
export function noteIntruder(
  record: KnownAgent,
  why: string,
  from: string,
  now: number,
): KnownAgent {
  const start = "Somebody was kept out";
  const text = `${start} at ${from}: ${why}`;
  const last = record.history.at(-1)?.text ?? "";
  if (last === text) return record;
  const history = last.startsWith(start) ? record.history.slice(0, -1) : record.history;
  return remember({ ...record, history }, [{ at: now, kind: "identity", text }]);
}

/** The header that agents send, and where the agent is that a person has looked at. */
interface ApprovedWith {
  readonly authorization: string | undefined;
  readonly from: string | undefined;
}

/** Lets an agent in that waits, and offers it the header with which it comes from then on. */
export function approve(
  fleet: Fleet,
  uid: string,
  { authorization, from }: ApprovedWith,
  now: number,
): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  const { guest } = record;
  if (guest === undefined) return refused("the agent has come with credentials");
  if (authorization === undefined) return refused("this server asks agents for no credentials");
  if (from !== undefined && from !== guest.from) {
    return refused(`expected the agent to be at ${from}, and it comes from ${guest.from} now`);
  }
  if (!has(record, AgentCapability.AcceptsOpampConnectionSettings)) {
    const way = "put the Authorization header into its own settings";
    return refused(`the agent takes no settings for its connection to a server: ${way}`);
  }
  const text = `Approved at ${guest.from}`;
  const approved = remember(
    { ...record, guest: { is: "approved", from: guest.from, since: now } },
    [{ at: now, kind: "identity", text }],
  );
  return wantConnections(approved, withHeader(approved, authorization), now);
}

/** Keeps an agent out that waits, or that was approved and has not come with credentials yet. */
export function turnAway(fleet: Fleet, uid: string, now: number): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  const { guest, link } = record;
  if (guest === undefined) return refused("the agent has come with credentials");
  const away = { ...record, guest: { is: "refused", from: guest.from, since: now } as const };
  const text = `Refused at ${guest.from}`;
  const asking = keeping(remember(away, [{ at: now, kind: "identity", text }]), { is: "pushed" });
  if (link.at === "closed" || link.connection.transport === "http") return asking;
  return { ...asking, expels: { connectionId: link.connection.id, why: "refused by a person" } };
}

function speaksOn({ link }: KnownAgent, { id, transport }: Connection): boolean {
  return link.at === "open" && transport === "websocket" && link.connection.id === id;
}

function withHeader({ settingsOffer }: KnownAgent, authorization: string): ConnectionSettings {
  const { opamp } = settingsOffer?.settings ?? {};
  const others = (opamp?.headers?.headers ?? []).filter(
    ({ key = "" }) => key.toLowerCase() !== "authorization",
  );
  const headers = { headers: [...others, { key: "Authorization", value: authorization }] };
  return { opamp: { ...opamp, headers } };
}

function out(why: string): Admission {
  return { is: "out", why };
}
