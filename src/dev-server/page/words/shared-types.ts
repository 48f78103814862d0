import type { SharedComponents } from "../../shapes/component-shapes.ts";
import type { Components } from "./yaml-place.ts";

/** What many agents are made of, as an editor completes from it: each type with how many of them have it. */
export function sharedTypes({ agents, told, components }: SharedComponents): Components {
  return components.map(({ kind, types }) => ({
    kind,
    types: types.map(({ type }) => type),
    about: new Map(types.map(({ type, agents: count }) => [type, heldBy(count, told, agents)])),
  }));
}

/** Of agents that have not said what they are made of nothing is known. */
function heldBy(count: number, told: number, agents: number): string {
  const rest = agents === told ? "" : `, ${agents - told} ${says(agents - told)}`;
  if (count === told && told === 1) return `the agent has it${rest}`;
  return count === told
    ? `all ${told} have it${rest}`
    : `${count} of ${told} ${has(count)} it${rest}`;
}

function has(count: number): string {
  return count === 1 ? "has" : "have";
}

function says(count: number): string {
  return count === 1 ? "does not say" : "do not say";
}
