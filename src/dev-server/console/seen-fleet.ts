import type { Fleet } from "../fleet/fleet-state.ts";
import type { KnownAgent } from "../fleet/known-agent.ts";
import { rowOf } from "../rows/agent-row.ts";
import type { AgentRow, Target } from "../shapes/api-shapes.ts";
import { queryOf } from "../library/group-of.ts";
import type { Library } from "../library/library.ts";
import { parseQuery, queryFinds, type Query } from "../library/query.ts";

/** An agent as it is shown and as it is known. */
export interface SeenAgent {
  readonly row: AgentRow;
  readonly record: KnownAgent;
}

/** The agents of a fleet, looked at often. */
export interface SeenFleet {
  all(): readonly SeenAgent[];
  one(uid: string): SeenAgent | undefined;
}

/** What something that a person asked for came to. */
export type Outcome<T> =
  | { readonly is: "done"; readonly value: T }
  | { readonly is: "refused"; readonly status: 400 | 404 | 409; readonly why: string };

/** Something was done. */
export function done<T>(value: T): Outcome<T> {
  return { is: "done", value };
}

/** Nothing was done. */
export function refusedWith(status: 400 | 404 | 409, why: string): Outcome<never> {
  return { is: "refused", status, why };
}

/** A record never changes, so its row is made once. */
export function seeFleet(fleet: Fleet): SeenFleet {
  const known = new WeakMap<KnownAgent, SeenAgent>();
  const see = (record: KnownAgent): SeenAgent => {
    const before = known.get(record);
    if (before !== undefined) return before;
    const seen = { row: rowOf(record), record };
    known.set(record, seen);
    return seen;
  };
  return {
    all: () => [...fleet.agents.values()].map(see),
    one: (uid) => {
      const record = fleet.agents.get(uid);
      return record === undefined ? undefined : see(record);
    },
  };
}

/** A target in words, and its agents. */
export interface Aimed {
  readonly text: string;
  readonly agents: readonly SeenAgent[];
}

/** Whom a target means now. */
export function aimAt(fleet: SeenFleet, library: Library, target: Target): Outcome<Aimed> {
  if ("all" in target) return done({ text: "all agents", agents: fleet.all() });
  if ("uids" in target) return agentsBy(fleet, target.uids);
  if ("group" in target) {
    const group = library.groups.get(target.group);
    if (group === undefined) return refusedWith(404, `there is no group ${target.group}`);
    return done({ text: `group ${group.name}`, agents: found(fleet, queryOf(group)) });
  }
  const query = parseQuery(target.query);
  if ("problem" in query) {
    return refusedWith(400, `the query, character ${query.at + 1}: ${query.problem}`);
  }
  const text = target.query.trim() === "" ? "all agents" : `agents that ${target.query} finds`;
  return done({ text, agents: found(fleet, query) });
}

function found(fleet: SeenFleet, query: Query): readonly SeenAgent[] {
  return fleet.all().filter(({ row }) => queryFinds(query, row));
}

function agentsBy(fleet: SeenFleet, uids: readonly string[]): Outcome<Aimed> {
  const agents: SeenAgent[] = [];
  for (const uid of new Set(uids)) {
    const agent = fleet.one(uid);
    if (agent === undefined) return refusedWith(404, `no agent has the uid ${uid.slice(0, 100)}`);
    agents.push(agent);
  }
  const [only] = agents;
  const one = agents.length === 1 && only !== undefined;
  return done({ text: one ? only.row.name : `${agents.length} chosen agents`, agents });
}
