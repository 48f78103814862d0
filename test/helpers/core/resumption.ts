import type { Resumption } from "../../../src/supervisor/core/report/offers-record.ts";
import { clockAhead } from "../../../src/supervisor/core/state/wall-clock.ts";
import { policy } from "./core-samples.ts";

/** A life that begins at that moment, on a machine whose wall clock shows instants as they are. */
export function resumption(at = 0, aheadMs = 0): Resumption {
  const { offerTrialMs, offerLostMs } = policy;
  return { at, clock: clockAhead(aheadMs, at), offerTrialMs, offerLostMs, longestMs: 300_000 };
}
