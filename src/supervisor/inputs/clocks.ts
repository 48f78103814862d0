import type { Instant, WallTime } from "../core/state/time.ts";
import { type WallClock, clockAhead, wallTime } from "../core/state/wall-clock.ts";

/** The two clocks of this process; nothing else in the supervisor asks the system what time it is. */
export interface Clock {
  /** Goes on evenly, whatever the date is set to. */
  readonly now: () => Instant;
  /** For dates only: what is shown, judged by its date, or compared with the time of a file. */
  readonly wall: () => WallTime;
}

/** The clocks of this machine. */
export const systemClock: Clock = {
  // Whole numbers: they are added up, told, and waited for.
  now: () => Math.floor(performance.now()),
  wall: () => wallTime(Date.now()),
};

/** The wall clock as it stands when a supervisor begins. */
export function wallClockOf({ now, wall }: Clock): WallClock {
  const at = now();
  return clockAhead(wall().unixMs - at, at);
}
