import { expect, test } from "vitest";
import { leaseTerms } from "../../../../src/supervisor/core/lease/lease-terms.ts";

test.each([6_000, 15_000, 30_000, 300_000, 3_600_000])(
  "of %i ms a holder has several attempts, and has ended before anybody else may begin",
  (durationMs) => {
    const { beatMs, retryMs, answerMs, giveUpMs } = leaseTerms(durationMs);
    // A request that was sent at the last moment is answered, or given up, before the end.
    expect(giveUpMs + answerMs).toBeLessThan(durationMs);
    // One renewal that is late, and two that are never answered.
    expect(2 * (beatMs + answerMs) - beatMs + retryMs).toBeLessThanOrEqual(giveUpMs);
    expect(beatMs).toBeGreaterThanOrEqual(1_000);
    expect(beatMs).toBeLessThanOrEqual(5_000);
  },
);
