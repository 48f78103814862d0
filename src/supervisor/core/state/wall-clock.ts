import type { Instant, WallTime } from "./time.ts";

/** How the wall clock stood from one moment on. */
interface ClockSetting {
  readonly from: Instant;
  /** What has to be added to an instant for what the wall clock shows. */
  readonly aheadMs: number;
}

/**
 * How the wall clock has stood since the supervisor was started: an instant is shown as the wall clock showed it then,
 * whatever it was set to since. The first setting holds for all that was before, too.
 */
export interface WallClock {
  readonly first: ClockSetting;
  /** Oldest first. */
  readonly later: readonly ClockSetting[];
}

/** A smaller difference is no setting of the clock: to read two clocks takes a moment. */
export const noticedMs = 250;

/** A clock that is set without end must not fill the memory. */
const maxSettings = 32;

/** A wall clock that shows `aheadMs` more than an instant, as it was first seen at `from`. */
export function clockAhead(aheadMs: number, from: Instant = 0): WallClock {
  return { first: { from, aheadMs }, later: [] };
}

/** The same clock, of which it is known that it showed `shown` at a moment before it was first seen. */
export function knownBefore(clock: WallClock, at: Instant, shown: WallTime): WallClock {
  const { first, later } = clock;
  const aheadMs = shown.unixMs - at;
  if (at >= first.from || Math.abs(aheadMs - first.aheadMs) < noticedMs) return clock;
  return { first: { from: at, aheadMs }, later: [first, ...later] };
}

/** A moment by the wall clock, from milliseconds since 1970. */
export function wallTime(unixMs: number): WallTime {
  return { unixMs };
}

/** True of two that show the same. */
export function sameWallTime(a: WallTime | undefined, b: WallTime | undefined): boolean {
  return a?.unixMs === b?.unixMs;
}

/** By how much the clock was set, when it stands elsewhere than it is known to; 0 when it does not. */
export function setByMs(clock: WallClock, aheadMs: number): number {
  const byMs = aheadMs - latest(clock).aheadMs;
  return Math.abs(byMs) < noticedMs ? 0 : byMs;
}

/** The clock after it was seen to stand elsewhere; the same object when it does not. */
export function clockSet(clock: WallClock, from: Instant, aheadMs: number): WallClock {
  if (setByMs(clock, aheadMs) === 0) return clock;
  const later = [...clock.later, { from, aheadMs }];
  if (later.length < maxSettings) return { ...clock, later };
  const [first = clock.first, ...rest] = later;
  return { first, later: rest };
}

/** What the wall clock showed at a moment, or will show at a later one unless it is set. */
export function shownAt(clock: WallClock, instant: Instant): WallTime {
  const setting = clock.later.findLast(({ from }) => from <= instant) ?? clock.first;
  return wallTime(instant + setting.aheadMs);
}

/** What it would have shown then, had it stood as it stands now. */
export function shownNow(clock: WallClock, instant: Instant): WallTime {
  return wallTime(instant + latest(clock).aheadMs);
}

/** When the wall clock will show this, unless it is set. */
export function whenShown(clock: WallClock, { unixMs }: WallTime): Instant {
  return unixMs - latest(clock).aheadMs;
}

/** True when the clock was seen to be set after that moment. */
export function wasSetSince({ later }: WallClock, instant: Instant): boolean {
  return (later.at(-1)?.from ?? -Infinity) > instant;
}

/**
 * True when something that names `shown` as its time by this clock can have happened between two moments, however the
 * clock was set in between.
 */
export function mayBeWithin(
  clock: WallClock,
  shown: WallTime,
  from: Instant,
  until: Instant,
): boolean {
  const settings = [clock.first, ...clock.later];
  // The one that held at the beginning, and those that came after it; at the moment of a setting both held.
  const begin = settings.findLastIndex((setting) => setting.from < from);
  return settings.slice(Math.max(0, begin)).some(({ aheadMs }) => {
    const at = shown.unixMs - aheadMs;
    return at >= from - noticedMs && at <= until + noticedMs;
  });
}

function latest({ first, later }: WallClock): ClockSetting {
  return later.at(-1) ?? first;
}
