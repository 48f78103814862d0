import type { AgentBinary, Generation } from "../state/generation.ts";
import { type State, withConfig } from "../state/state.ts";

/** There is one binary for now: every configuration that may be run is for it. */
export function withBinary(state: State, binary: AgentBinary): State {
  const by = <One extends Generation>(one: One | undefined): One | undefined =>
    one === undefined ? one : { ...one, binary };
  const { target, good, previous, candidate } = state.config;
  const same = target !== undefined && target === good;
  const next = by(target);
  return withConfig(state, {
    target: next,
    good: same ? next : by(good),
    previous: by(previous),
    candidate: by(candidate),
  });
}
