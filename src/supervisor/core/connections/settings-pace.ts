import type { SettingsOffer } from "../state/offers.ts";
import type { State } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { Instant } from "../state/time.ts";
import { joinOpamp } from "./merge-server.ts";
import { mergeOthers } from "./other-connections.ts";

/** Each offer is kept on disk and may make a connection: twenty are read at once, and then one each time. */
const gapMs = 5_000;
const aheadMs = 19 * gapMs;

/**
 * What is to be done with offered connection settings that come now: `known`: they are what was read last or what
 * waits; `hold`: they wait, with all that waits already; `read`.
 */
export function turnOfSettings(
  { connections: { last, held, pace } }: State,
  offer: SettingsOffer,
  at: Instant,
): "known" | "hold" | "read" {
  const newest = held ?? last;
  if (newest?.hash === offer.hash && newest.digest === offer.digest) return "known";
  return at < pace - aheadMs ? "hold" : "read";
}

/** The state with this offer waiting, and with it what the one that waits already offers beside it. */
export function settingsHeld(state: State, offer: SettingsOffer): State {
  const held = joinOffers(state.connections.held, offer);
  return { ...state, connections: { ...state.connections, held } };
}

/** The state once an offer is taken up: nothing waits any more, and the next one has to wait for longer. */
export function settingsTurnTaken(state: State, at: Instant): State {
  const pace = Math.max(state.connections.pace, at) + gapMs;
  return { ...state, connections: { ...state.connections, held: undefined, pace } };
}

/** Takes up what has waited long enough. */
export function heldSettingsStep(
  { connections: { held, pace }, desired }: State,
  now: Instant,
): Step | undefined {
  if (held === undefined || desired.run === "down" || now < pace - aheadMs) return undefined;
  return { do: "read-connections", offer: held };
}

/** The moment at which what waits is taken up; Infinity where nothing does. */
export function heldSettingsDueAt({ connections: { held, pace }, desired }: State): Instant {
  return held === undefined || desired.run === "down" ? Infinity : pace - aheadMs;
}

/**
 * Both offers as one with the name of the newer: an offer holds only what it changes, so of the older one all stays that
 * the newer one does not name.
 */
export function joinOffers(older: SettingsOffer | undefined, newer: SettingsOffer): SettingsOffer {
  if (older === undefined) return newer;
  return {
    ...newer,
    opamp: joinOpamp(older.opamp, newer.opamp),
    telemetry: { ...older.telemetry, ...newer.telemetry },
    others: mergeOthers(older.others, newer.others, () => true) ?? newer.others,
  };
}
