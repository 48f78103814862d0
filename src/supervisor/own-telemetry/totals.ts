import type { AgentState } from "../core/state/agent.ts";
import type { Event } from "../core/state/event.ts";
import type { Instant } from "../core/state/time.ts";
import type { State } from "../core/state/state.ts";

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

/** Counts what a change of state means; the same object when it means nothing. */
export function countChange(totals: Totals, before: State, after: State, event: Event): Totals {
  return withGap(
    withRestart(withVerdict(totals, before, after, event), before, after, event),
    before,
    after,
    event.at,
  );
}

function withVerdict(totals: Totals, before: State, after: State, event: Event): Totals {
  let next = totals;
  if (event.on === "config-offered" && before.config.lastOffer !== after.config.lastOffer) {
    next = { ...next, remoteConfigs: next.remoteConfigs + 1 };
  }
  if (after.config.verdict !== before.config.verdict) {
    if (after.config.verdict.is === "applied") next = { ...next, applied: next.applied + 1 };
    if (after.config.verdict.is === "failed") next = { ...next, failed: next.failed + 1 };
  }
  const back = (after.config.target?.number ?? Infinity) < (before.config.target?.number ?? 0);
  return back ? { ...next, rollbacks: next.rollbacks + 1 } : next;
}

/** A restart is a start after an end; its reason is how that end came about. */
function withRestart(totals: Totals, before: State, after: State, event: Event): Totals {
  if (event.on === "agent-exited" && before.agent.process !== after.agent.process) {
    return { ...totals, lastEnd: before.agent.process.at === "stopping" ? "planned" : "crash" };
  }
  if (event.on !== "step-begun" || event.step.do !== "start-agent") return totals;
  switch (totals.lastEnd) {
    case undefined:
      return totals;
    case "planned":
      return { ...totals, lastEnd: undefined, plannedRestarts: totals.plannedRestarts + 1 };
    case "crash":
      return { ...totals, lastEnd: undefined, crashRestarts: totals.crashRestarts + 1 };
  }
}

/** A gap that ends because the agent is not to run any more is not counted: nobody waits for it. */
function withGap(totals: Totals, before: State, after: State, at: Instant): Totals {
  const { gapSince } = before.agent;
  if (gapSince === undefined || after.agent.gapSince !== undefined) return totals;
  if (!answers(after.agent.process)) return totals;
  return { ...totals, gapSeconds: totals.gapSeconds + Math.max(0, at - gapSince) / 1000 };
}

/** True of an agent that has said that it is well. */
export function answers(agent: AgentState): boolean {
  return agent.at === "up" && agent.healthySince !== undefined;
}
