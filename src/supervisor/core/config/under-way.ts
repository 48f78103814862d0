import { paceAfterChange } from "./offer-pace.ts";
import type { Generation } from "../state/generation.ts";
import { type State, withConfig } from "../state/state.ts";
import type { Instant } from "../state/time.ts";

/** The binary looks at this candidate from here on, and at no other. */
export function validationBegun(state: State, number: number, since: Instant): State {
  const { candidate } = state.config;
  if (candidate?.number !== number) return state;
  return withConfig(state, {
    candidate: { ...candidate, at: "validating" },
    validating: { number, since },
  });
}

/** The binary is not asked any more what it makes of this candidate: another one may be validated. */
export function answeredFor(state: State, number: number): State {
  if (state.config.validating?.number !== number) return state;
  return withConfig(state, { validating: undefined });
}

/** A generation is being written; one that an offer has brought counts as a change of the agent. */
export function writeBegun(state: State, { number, remote }: Generation, at: Instant): State {
  const { candidate, pace } = state.config;
  const changes = candidate?.number === number && remote !== undefined;
  return withConfig(state, {
    writing: number,
    untouched: false,
    writtenAt: undefined,
    pace: changes ? paceAfterChange(pace, at) : pace,
  });
}
