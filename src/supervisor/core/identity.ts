import { proposeAgain } from "./config/propose.ts";
import { staysWithItsServer } from "./connections/server-switch.ts";
import { renamed } from "./connections/certificate-renewal.ts";
import { settingsResumed } from "./connections/offer.ts";
import type { CoreSettings } from "./state/core-settings.ts";
import { withBinary, withRunOf } from "./config/binary.ts";
import type { AgentBinary } from "./state/generation.ts";
import type { Event } from "./state/event.ts";
import { type State, withAgent, withConfig } from "./state/state.ts";
import type { Step } from "./state/step.ts";
import type { Instant } from "./state/time.ts";

/** A new id may change the configuration: five are taken at once, and then the newest each time. */
const idGapMs = 10_000;
const idsAheadMs = 4 * idGapMs;

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
  const { identity } = state;
  if (uid === (identity.heldUid ?? identity.uid)) return state;
  if (whileProving === true && staysWithItsServer(state)) return state;
  // The server has come back to the one that we have.
  if (uid === identity.uid) return withoutHeldId(state);
  if (at < identity.uidPace - idsAheadMs) {
    return { ...state, identity: { ...identity, heldUid: uid } };
  }
  return idTaken(state, uid, at, core);
}

/** Another id is ours from here on: the configuration may hold it, and is rendered anew. */
export function idTaken(state: State, uid: string, at: Instant, core: CoreSettings): State {
  const uidPace = Math.max(state.identity.uidPace, at) + idGapMs;
  const identity = { ...state.identity, uid, heldUid: undefined, uidPace };
  return proposeAgain(renamed({ ...state, identity }, core.certificate), at, core);
}

/** No other id waits. */
export function withoutHeldId(state: State): State {
  if (state.identity.heldUid === undefined) return state;
  return { ...state, identity: { ...state.identity, heldUid: undefined } };
}

/** Takes the id that has waited long enough. */
export function heldIdStep({ identity, desired }: State, now: Instant): Step | undefined {
  const { heldUid, uidPace } = identity;
  if (heldUid === undefined || desired.run === "down" || now < uidPace - idsAheadMs) {
    return undefined;
  }
  return { do: "take-id", uid: heldUid };
}

/** The moment at which an id that waits is taken; Infinity where none does. */
export function heldIdDueAt({ identity: { heldUid, uidPace }, desired }: State): Instant {
  return heldUid === undefined || desired.run === "down" ? Infinity : uidPace - idsAheadMs;
}

/**
 * Somebody has put another file in the place of the binary that supervisor.yaml names. What runs is still the old one: the
 * new one is asked who it is when it is started.
 */
export function binaryReplaced(state: State): State {
  return { ...state, identity: { ...state.identity, replaced: true } };
}

/** A start is under way: if the binary was replaced since the last one, it is not known any more who the agent is. */
export function askedAnew(state: State, { package: from }: AgentBinary): State {
  const { identity } = state;
  if (!identity.replaced || from !== undefined) return state;
  return { ...state, identity: { ...identity, replaced: false, binary: undefined } };
}

/** The binary has said what it is. */
export function identified(
  state: State,
  binary: NonNullable<State["identity"]["binary"]>,
  at: Instant,
  core: CoreSettings,
): State {
  const identity = { ...state.identity, binary, asking: false, problem: undefined };
  const named = { path: core.executable, facts: binary };
  const known = withBinary({ ...state, identity }, named);
  // Asked because of this start: who answers is who runs, unless the file has been replaced once more.
  const isWhoRuns = state.identity.binary === undefined && !identity.replaced;
  return proposeAgain(isWhoRuns ? withRunOf(known, named) : known, at, core);
}
