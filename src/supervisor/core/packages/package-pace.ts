import type { PackagesOffer } from "../state/packages.ts";
import { type State, withPackages } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { Instant } from "../state/time.ts";

/** Of offers that are not the same five are read at once, then one each time; of those in between the newest counts. */
const offerGapMs = 10_000;
const offersAheadMs = 4 * offerGapMs;

/** Each trial of another binary costs a moment without an agent: ten are made at once, then one each time. */
const trialGapMs = 60_000;
const trialsAheadMs = 9 * trialGapMs;

/** True of an offer that comes too soon after others. */
export function isTooSoon({ packages: { offerPace } }: State, at: Instant): boolean {
  return at < offerPace - offersAheadMs;
}

/** The offer waits, in place of any other that does. */
export function offerHeld(state: State, held: PackagesOffer): State {
  return withPackages(state, { held });
}

/** The pace after an offer was read; none waits any more. */
export function offerRead(state: State, at: Instant): State {
  const offerPace = Math.max(state.packages.offerPace, at) + offerGapMs;
  return withPackages(state, { held: undefined, offerPace });
}

/** Takes up the offer that has waited long enough. */
export function heldOfferStep(state: State, now: Instant): Step | undefined {
  const { held } = state.packages;
  return held === undefined || isTooSoon(state, now)
    ? undefined
    : { do: "read-packages", offer: held };
}

/** The moment from which on another binary may be tried. */
export function nextTrialAt({ packages: { trialPace } }: State): Instant {
  return trialPace - trialsAheadMs;
}

/** The pace after a trial has begun. */
export function paceAfterTrial({ packages: { trialPace } }: State, at: Instant): Instant {
  return Math.max(trialPace, at) + trialGapMs;
}

/** When what waits for its turn gets it. */
export function paceDeadlines(state: State): readonly Instant[] {
  const { held, ready, offerPace } = state.packages;
  return [
    ...(held === undefined ? [] : [offerPace - offersAheadMs]),
    ...(ready === undefined ? [] : [nextTrialAt(state)]),
  ];
}
