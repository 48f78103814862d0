import type { Connection, KnownAgent } from "./known-agent.ts";
import type { Fleet } from "./fleet-state.ts";

/** How many agents are kept, and how many may speak on one WebSocket connection. */
export interface FleetLimits {
  readonly agents: number;
  readonly onOneConnection: number;
}

/** More than one machine is good for; whoever makes ids up can take no more. */
export const fleetLimits: FleetLimits = { agents: 50_000, onOneConnection: 1_000 };

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
  if (fleet.agents.size < limits.agents) return thereIsRoom;
  const away = [...fleet.agents.values()].filter(({ link }) => link.at === "closed");
  if (away.length === 0) {
    return { is: "none", why: `this server keeps ${limits.agents} agents, and all are connected` };
  }
  // Several at once, so that those who come one after the other do not all look through the whole fleet.
  const some = Math.max(1, Math.floor(limits.agents / 100));
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
