import { proposeAgain } from "./config/propose.ts";
import { staysWithItsServer } from "./connections/server-switch.ts";
import { renamed } from "./connections/certificate-renewal.ts";
import { settingsResumed } from "./connections/offer.ts";
import type { CoreSettings } from "./state/core-settings.ts";
import { withBinary } from "./config/binary.ts";
import type { Event } from "./state/event.ts";
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

/**
 * The server gives another instance id. A server that sees a second connection of ours takes it for another agent, and
 * soon there is only one: what it says then to a connection that is being proved is not taken.
 */
export function assigned(
  state: State,
  { uid, whileProving, at }: Extract<Event, { on: "identity-assigned" }>,
  core: CoreSettings,
): State {
  if (uid === state.identity.uid) return state;
  if (whileProving === true && staysWithItsServer(state)) return state;
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
  const known = withBinary({ ...state, identity }, { path: core.executable, facts: binary });
  return proposeAgain(known, at, core);
}
