import type { Connection, KnownAgent } from "./known-agent.ts";
import type { Fleet } from "./fleet-state.ts";

/** How many agents are kept, and how many may speak on one WebSocket connection. */
export interface FleetLimits {
  readonly agents: number;
  readonly onOneConnection: number;
  /** Such as have not shown credentials where they are expected. */
  readonly guests: number;
}

/** More than one machine is good for; whoever makes ids up can take no more. */
export const fleetLimits: FleetLimits = {
  agents: 50_000,
  onOneConnection: 1_000,
  guests: 1_000,
};

/**
 * What becomes of an agent that is not known.
 * - `room`: it is taken in, and these are forgotten for it.
 * - `none`: it is told to come back later.
 */
type Room =
  | { readonly is: "room"; readonly forgotten: readonly string[] }
  | { readonly is: "none"; readonly why: string };

/** Nobody has to go. */
export const thereIsRoom: Room = { is: "room", forgotten: [] };

/**
 * Makes room for one more agent: among those that are away, the ones of whom nothing is wanted go first, then the ones that
 * were heard longest ago. Whoever is connected stays.
 */
export function makeRoom(fleet: Fleet, connection: Connection, limits: FleetLimits): Room {
  const shares = connection.transport === "websocket" ? fleet.links.get(connection.id) : undefined;
  if ((shares?.size ?? 0) >= limits.onOneConnection) {
    const why = `expected at most ${limits.onOneConnection} agents on one connection`;
    return { is: "none", why };
  }
  if (connection.guestFrom !== undefined && fleet.guests.size >= limits.guests) {
    return makeGuestRoom(fleet, limits.guests);
  }
  if (fleet.agents.size < limits.agents) return thereIsRoom;
  if (connection.guestFrom !== undefined) {
    const why = `this server keeps ${limits.agents} agents, and none of them goes for one without credentials`;
    return { is: "none", why };
  }
  const away = [...fleet.agents.values()].filter(({ link }) => link.at === "closed");
  const why = `this server keeps ${limits.agents} agents, and all are connected`;
  return roomOf(away, limits.agents, why);
}

/** Whoever has shown nothing takes the place of another such one, and of nobody else; whom a person has refused stays so. */
function makeGuestRoom({ guests, agents }: Fleet, most: number): Room {
  const away = [...guests]
    .flatMap((uid) => agents.get(uid) ?? [])
    .filter(({ link, guest }) => link.at === "closed" && guest?.is === "waiting");
  return roomOf(away, most, `${most} agents wait to be approved, and all are connected`);
}

function roomOf(away: readonly KnownAgent[], most: number, why: string): Room {
  if (away.length === 0) return { is: "none", why };
  // Several at once, so that those who come one after the other do not all look through the whole fleet.
  const some = Math.max(1, Math.floor(most / 100));
  const forgotten = away.toSorted(byWorth).slice(0, some);
  return { is: "room", forgotten: forgotten.map(({ uid }) => uid) };
}

function byWorth(one: KnownAgent, other: KnownAgent): number {
  return Number(isWanted(one)) - Number(isWanted(other)) || one.lastSeenAt - other.lastSeenAt;
}

function isWanted({ offers, settingsOffer, packagesOffer, certificate }: KnownAgent): boolean {
  const wishes = [settingsOffer, packagesOffer, certificate];
  return offers.length > 0 || wishes.some((wish) => wish !== undefined);
}
