import type { RemoteConfig } from "../../../agent-config/config.ts";
import type { HeldOffer, OfferPace } from "../state/held-offer.ts";
import type { State } from "../state/state.ts";
import type { Instant } from "../state/time.ts";
import { mayBeTriedAgain } from "./quarantine.ts";

/** What one offer costs: reading it takes longer the larger it is, and other work is to have as much time. */
const readMs = 50;
const charactersPerMs = 250;
/** So far reading may run ahead: some forty small offers in a row are read at once. */
const readAheadMs = 2_000;

/** Of offers that come too early five are read at once, then one each time. */
const hastyMs = 10_000;
const hastyAheadMs = 4 * hastyMs;

/** A server that has a new configuration each time the former one is applied: sixty at once, then one each time. */
const changeMs = 5_000;
const changesAheadMs = 59 * changeMs;

/** A candidate waits no longer than this for what the binary says of an older one. */
const patienceMs = 10_000;

/** A binary that has said nothing for so long is not waited for. */
const validationLimitMs = 90_000;

/**
 * What is to be done with an offer that comes now: `known`: it is what was read last, or what waits; `hold`: it waits,
 * in place of any other that does; `read`.
 */
export function turnOf(state: State, remote: RemoteConfig, at: Instant): "known" | "hold" | "read" {
  const { lastOffer, held } = state.config;
  if (isSame(held?.remote, remote)) return "known";
  if (isSame(lastOffer, remote) && !mayBeTriedAgain(state, remote, at)) return "known";
  return at < readableAt(state, remote) ? "hold" : "read";
}

/** True of one and the same offer. */
export function isSame(
  a: Pick<RemoteConfig, "hash" | "digest"> | undefined,
  b: Pick<RemoteConfig, "hash" | "digest">,
): boolean {
  return a?.hash === b.hash && a.digest === b.digest;
}

/** This offer as it waits, in place of one that does. */
export function heldBy({ config: { held } }: State, remote: RemoteConfig): HeldOffer {
  return { remote, superseded: held === undefined ? 0 : held.superseded + 1 };
}

/** The moment from which on this offer may be read. */
export function readableAt(state: State, remote: RemoteConfig): Instant {
  const { read, hasty, changes } = state.config.pace;
  const moment = Math.max(read - readAheadMs, changes - changesAheadMs);
  return isHasty(state, remote) ? Math.max(moment, hasty - hastyAheadMs) : moment;
}

/** True of an offer that the server has not waited with until it knew what became of the one before it. */
function isHasty({ config: { pace, verdict } }: State, { hash }: RemoteConfig): boolean {
  return pace.crowded || (verdict.is === "applying" && verdict.hash !== hash);
}

/** The pace after this offer was read. */
export function paceAfter(state: State, remote: RemoteConfig, at: Instant): OfferPace {
  const { pace } = state.config;
  const characters = remote.files.reduce((sum, { text }) => sum + text.length, 0);
  return {
    ...pace,
    read: Math.max(pace.read, at) + readMs + Math.ceil(characters / charactersPerMs),
    hasty: isHasty(state, remote) ? Math.max(pace.hasty, at) + hastyMs : pace.hasty,
    crowded: false,
  };
}

/** The pace after an offer has changed what runs. */
export function paceAfterChange(pace: OfferPace, at: Instant): OfferPace {
  return { ...pace, changes: Math.max(pace.changes, at) + changeMs };
}

/** The moment from which on the binary may be asked about another configuration. */
export function freeAt({ validating }: Pick<State["config"], "validating">): Instant {
  return validating === undefined ? 0 : validating.since + patienceMs;
}

/** The moment at which the binary's answer is given up; Infinity where none is waited for. */
export function givenUpAt({ validating }: Pick<State["config"], "validating">): Instant {
  return validating === undefined ? Infinity : validating.since + validationLimitMs;
}

/** What is said of a binary that does not answer. */
export const silentText: string = `the collector has not said within ${validationLimitMs / 1000} s what it makes of this configuration`;
