import type { Moment } from "../../../src/supervisor/credentials/access-token.ts";
import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";

/** A moment on a machine whose date runs `aheadMs` before its other clock. */
export function momentAt(at: number, aheadMs = 0): Moment {
  return { at, date: wallTime(at + aheadMs) };
}
