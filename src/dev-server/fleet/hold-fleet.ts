import type { Fleet, FleetNews } from "./fleet-state.ts";
import { heldBack, type KnownAgent } from "./known-agent.ts";

/** A fleet that changes in place. */
interface HeldFleet {
  /** Always as it is now. */
  readonly fleet: Fleet;
  apply: (news: FleetNews) => void;
}

/** Agents on plain HTTP share a connection that never ends: so many of their new uids are remembered. */
const mostAssigned = 1000;

/** Holds a fleet that nobody has joined yet; to apply news costs as much as there is in it. */
export function holdFleet(): HeldFleet {
  const agents = new Map<string, KnownAgent>();
  const links = new Map<string, Set<string>>();
  const assigned = new Map<string, Map<string, string>>();
  const revoked = new Set<string>();
  const guests = new Set<string>();

  const put = (uid: string, record: KnownAgent | undefined): void => {
    for (const id of connectionsOf(agents.get(uid))) dropFrom(links, id, uid);
    if (record === undefined) agents.delete(uid);
    else agents.set(uid, record);
    if (record === undefined || heldBack(record) === undefined) guests.delete(uid);
    else guests.add(uid);
    for (const id of connectionsOf(record)) links.set(id, (links.get(id) ?? new Set()).add(uid));
  };
  const assign = ({ connectionId, uid, newUid }: NonNullable<FleetNews["assigned"]>): void => {
    const given = assigned.get(connectionId) ?? new Map<string, string>();
    assigned.set(connectionId, given.set(uid, newUid));
    const [oldest] = given.keys();
    if (given.size > mostAssigned && oldest !== undefined) given.delete(oldest);
  };
  return {
    fleet: { agents, links, assigned, revoked, guests },
    apply: (news) => {
      for (const record of news.records ?? []) put(record.uid, record);
      for (const uid of news.forgotten ?? []) put(uid, undefined);
      if (news.assigned !== undefined) assign(news.assigned);
      if (news.ended !== undefined) assigned.delete(news.ended);
      if (news.revoked !== undefined) revoked.add(news.revoked);
    },
  };
}

function connectionsOf(record: KnownAgent | undefined): readonly string[] {
  if (record?.link.at !== "open") return [];
  const { connection, beside } = record.link;
  return beside === undefined ? [connection.id] : [connection.id, beside.connection.id];
}

function dropFrom(links: Map<string, Set<string>>, id: string, uid: string): void {
  const uids = links.get(id);
  uids?.delete(uid);
  if (uids?.size === 0) links.delete(id);
}
