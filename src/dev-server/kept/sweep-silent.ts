import { forgetSilent } from "../fleet/fleet.ts";
import type { KeptFleet } from "./kept-fleet.ts";

/** Looks now and then for agents on plain HTTP that stopped polling; returns how to stop looking. */
export function sweepSilent(
  kept: KeptFleet,
  { now, httpSilenceMs }: { readonly now: () => number; readonly httpSilenceMs: number },
): () => void {
  const everyMs = Math.min(httpSilenceMs / 4, 5_000);
  let aheadMs = now() - performance.now();
  let sureFrom = 0;
  const timer = setInterval(() => {
    const at = performance.now();
    const set = Math.abs(now() - at - aheadMs) > everyMs;
    aheadMs = now() - at;
    // Dates from before the clock was set say nothing; in so much time each that lives is heard again.
    if (set) sureFrom = at + httpSilenceMs;
    if (at < sureFrom) return;
    kept.learn(forgetSilent(kept.current(), now() - httpSilenceMs, now()));
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
