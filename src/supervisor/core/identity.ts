import { proposeAgain } from "./config/propose.ts";
import { renamed } from "./connections/certificate-renewal.ts";
import { settingsResumed } from "./connections/offer.ts";
import type { CoreSettings } from "./state/core-settings.ts";
import { type State, withAgent, withConfig } from "./state/state.ts";
import type { Instant } from "./state/time.ts";

/** Nothing is in the way of the agent any more; an offer of an earlier life is begun anew. */
export function supervisorStarted(state: State, at: Instant, core: CoreSettings): State {
  const resumed = settingsResumed(withAgent(state, { begun: true }), at, core);
  return state.identity.binary === undefined ? resumed : proposeAgain(resumed, at, core);
}

/** A server is there: the fallback layers have done their work. */
export function reached(state: State, at: Instant, core: CoreSettings): State {
  return state.config.fallback
    ? proposeAgain(withConfig(state, { fallback: false }), at, core)
    : state;
}

/** The server gives another instance id. */
export function assigned(state: State, uid: string, at: Instant, core: CoreSettings): State {
  if (uid === state.identity.uid) return state;
  const other = renamed({ ...state, identity: { ...state.identity, uid } }, core.certificate);
  return proposeAgain(other, at, core);
}

/** The binary has said what it is. */
export function identified(
  state: State,
  binary: NonNullable<State["identity"]["binary"]>,
  at: Instant,
  core: CoreSettings,
): State {
  const identity = { ...state.identity, binary, asking: false, problem: undefined };
  return proposeAgain({ ...state, identity }, at, core);
}
