import type { Library } from "../library/library.ts";
import type { Target } from "../shapes/api-shapes.ts";
import type { SharedComponents } from "../shapes/component-shapes.ts";
import { aimAt, done, type Outcome, type SeenFleet } from "./seen-fleet.ts";

/** Counts how many agents of a target have each type of component. */
export function sharedComponents(
  fleet: SeenFleet,
  library: Library,
  to: Target,
): Outcome<SharedComponents> {
  const aimed = aimAt(fleet, library, to);
  if (aimed.is === "refused") return aimed;
  const { agents } = aimed.value;
  const counts = new Map<string, Map<string, number>>();
  let told = 0;
  for (const { record } of agents) {
    const kinds = record.components?.components;
    if (kinds === undefined || kinds.size === 0) continue;
    told++;
    for (const [kind, { subComponentMap }] of kinds) {
      const types = counts.get(kind) ?? new Map<string, number>();
      counts.set(kind, types);
      for (const type of subComponentMap?.keys() ?? []) types.set(type, (types.get(type) ?? 0) + 1);
    }
  }
  const components = [...counts].map(([kind, types]) => ({ kind, types: listed(types) }));
  return done({ agents: agents.length, told, components: components.sort(byKind) });
}

function listed(types: ReadonlyMap<string, number>): readonly { type: string; agents: number }[] {
  const list = [...types].map(([type, agents]) => ({ type, agents }));
  return list.sort((a, b) => (a.type < b.type ? -1 : 1));
}

function byKind(a: { readonly kind: string }, b: { readonly kind: string }): number {
  return a.kind < b.kind ? -1 : 1;
}
