import type { Instant, WallTime } from "../../state/time.ts";
import { type WallClock, shownAt } from "../../state/wall-clock.ts";

/** The moment of an answer, by both clocks. */
export interface StatusMoment {
  readonly at: Instant;
  readonly wall: WallTime;
}

/** ISO 8601 in UTC; what lies outside of all dates is the nearest that there is. */
export function isoTime({ unixMs }: WallTime): string {
  const bounded = Math.max(-8.64e15, Math.min(8.64e15, Math.round(unixMs)));
  return new Date(bounded).toISOString();
}

/** What the clock showed at a moment, or will show. */
export function dateOf(clock: WallClock, at: Instant): string {
  return isoTime(shownAt(clock, at));
}

/** The same of a moment that may not be known, or never come. */
export function dateOrNull(clock: WallClock, at: Instant | undefined): string | null {
  return at === undefined || !Number.isFinite(at) ? null : dateOf(clock, at);
}

/** Whole seconds, never fewer than none. */
export function secondsSince(at: Instant, now: StatusMoment): number {
  return Math.max(0, Math.floor((now.at - at) / 1000));
}
