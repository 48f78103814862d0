import type { Transition } from "../core/report/transition.ts";

/** What the supervisor has counted since it was started. */
export interface Totals {
  readonly applied: number;
  readonly failed: number;
  readonly rollbacks: number;
  readonly plannedRestarts: number;
  readonly crashRestarts: number;
  readonly gapSeconds: number;
  readonly remoteConfigs: number;
  /** How the last run ended that no start has followed yet. */
  readonly lastEnd: "planned" | "crash" | undefined;
}

/** Before anything has happened. */
export const noTotals: Totals = {
  applied: 0,
  failed: 0,
  rollbacks: 0,
  plannedRestarts: 0,
  crashRestarts: 0,
  gapSeconds: 0,
  remoteConfigs: 0,
  lastEnd: undefined,
};

/** Counts what has happened; the same object when none of it counts. */
export function countTransitions(totals: Totals, transitions: readonly Transition[]): Totals {
  return transitions.reduce(count, totals);
}

function count(totals: Totals, now: Transition): Totals {
  switch (now.is) {
    case "config-offered":
      return { ...totals, remoteConfigs: totals.remoteConfigs + 1 };
    case "config-applied":
      return { ...totals, applied: totals.applied + 1 };
    case "config-failed":
      return { ...totals, failed: totals.failed + 1 };
    case "rolled-back":
      return { ...totals, rollbacks: totals.rollbacks + 1 };
    case "agent-stopped":
      return { ...totals, lastEnd: "planned" };
    case "agent-crashed":
      return { ...totals, lastEnd: "crash" };
    case "step-begun":
      return now.step === "start-agent" ? withRestart(totals) : totals;
    case "agent-healthy":
    case "reload-ended":
      return withGap(totals, now.gapMs);
    default:
      return totals;
  }
}

/** A restart is a start after an end; its reason is how that end came about. */
function withRestart(totals: Totals): Totals {
  if (totals.lastEnd === undefined) return totals;
  const reason = totals.lastEnd === "planned" ? "plannedRestarts" : "crashRestarts";
  return { ...totals, lastEnd: undefined, [reason]: totals[reason] + 1 };
}

function withGap(totals: Totals, gapMs = 0): Totals {
  return { ...totals, gapSeconds: totals.gapSeconds + Math.max(0, gapMs) / 1000 };
}
