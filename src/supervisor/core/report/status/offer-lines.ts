import { readableAt } from "../../config/offer-pace.ts";
import type { PastOffer } from "../../state/history.ts";
import type { State } from "../../state/state.ts";
import type { Failure } from "../../state/trials.ts";
import { type StatusMoment, dateOrNull } from "./status-time.ts";

/** An offer of a server with what became of it. */
export interface OfferStatusLine {
  readonly kind: PastOffer["kind"];
  readonly hash: string;
  /** Null of one from before the supervisor was started. */
  readonly receivedAt: string | null;
  readonly verdict: PastOffer["verdict"];
  readonly decidedAt: string | null;
  /** Why it failed, in full; null otherwise. */
  readonly reason: string | null;
  readonly refusedByPolicy: boolean;
  /** A failed one that is offered again is tried again from then on; null: not by itself. */
  readonly retryFrom: string | null;
}

/** What failed, and is answered without being tried when it is offered again. */
export interface QuarantineLine {
  readonly hash: string;
  readonly reason: string;
  /** Null: as long as binary, local configuration and policy stay the same. */
  readonly until: string | null;
  /** How often it has failed. */
  readonly times: number;
  readonly refusedByPolicy: boolean;
  /** The version of the collector that it was tried with; null for the one of supervisor.yaml. */
  readonly binary: string | null;
}

/** An offer that came too soon after others. */
export interface WaitingOffer {
  readonly hash: string;
  /** So many before it were never read, because it took their place. */
  readonly superseded: number;
  readonly readAt: string | null;
}

/** The last offers, newest first. */
export function pastOffers(state: State, now: StatusMoment): readonly OfferStatusLine[] {
  const known = state.history.offers;
  const { verdict, failures } = state.config;
  const untold = verdict.is !== "unset" && !known.some(({ kind }) => kind === "configuration");
  const earlier: OfferStatusLine[] = untold
    ? [
        {
          ...{ kind: "configuration", hash: verdict.hash, receivedAt: null, decidedAt: null },
          verdict: verdict.is,
          reason: verdict.is === "failed" ? verdict.why : null,
          ...{ refusedByPolicy: false, retryFrom: null },
        },
      ]
    : [];
  return [...known.map((one) => lineOf(state, failures, one, now)), ...earlier];
}

function lineOf(
  { clock }: State,
  failures: readonly Failure[],
  one: PastOffer,
  now: StatusMoment,
): OfferStatusLine {
  const failed = one.verdict === "failed" && one.kind === "configuration";
  const failure = failed ? failures.find(({ hash }) => hash === one.hash) : undefined;
  const ahead = failure !== undefined && failure.until > now.at ? failure.until : undefined;
  return {
    kind: one.kind,
    hash: one.hash,
    receivedAt: dateOrNull(clock, one.receivedAt),
    verdict: one.verdict,
    decidedAt: dateOrNull(clock, one.decidedAt),
    reason: one.why === "" ? null : one.why,
    refusedByPolicy: one.byPolicy,
    retryFrom: dateOrNull(clock, ahead),
  };
}

/** What is in quarantine now. */
export function quarantine(state: State, now: StatusMoment): readonly QuarantineLine[] {
  return state.config.failures
    .filter(({ until }) => until > now.at)
    .map(({ hash, why, until, times, byPolicy, binary }) => ({
      hash,
      reason: why,
      until: dateOrNull(state.clock, until),
      times,
      refusedByPolicy: byPolicy,
      binary: binary === "" ? null : binary,
    }));
}

/** The offer that waits for its turn; null where there is none. */
export function waitingOffer(state: State, now: StatusMoment): WaitingOffer | null {
  const { held } = state.config;
  if (held === undefined) return null;
  const readAt = Math.max(now.at, readableAt(state, held.remote));
  const { superseded, remote } = held;
  return { hash: remote.hash, superseded, readAt: dateOrNull(state.clock, readAt) };
}
