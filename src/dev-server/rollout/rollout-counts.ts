import type { RolloutAgent, RolloutAgentState, RolloutState } from "./staged-rollout.ts";

/** How an agent of a rollout is shown; one that cannot be reached while something is wanted of it is away. */
export type ShownState = RolloutAgentState | "away";

/** How many agents of a rollout have failed. */
export function failuresOf({ agents }: RolloutState): number {
  let failures = 0;
  for (const { state } of agents.values()) if (state === "failed") failures += 1;
  return failures;
}

/** Whether an agent of a stage that has begun is still to do something and cannot be reached. */
export function isAway({ connected, stage, state }: RolloutAgent, current: number): boolean {
  if (connected || stage > current) return false;
  return state === "pending" || state === "sent" || state === "applying";
}

/** The word for an agent. */
export function shownState(agent: RolloutAgent, current: number): ShownState {
  return isAway(agent, current) ? "away" : agent.state;
}

/** How many agents of a rollout are shown as what; `upTo`: only those of this stage and the ones before. */
export function countsOf(
  { agents, stage }: RolloutState,
  upTo: number,
): Readonly<Record<ShownState, number>> {
  const counts = {
    ...{ pending: 0, sent: 0, applying: 0, applied: 0 },
    ...{ failed: 0, away: 0, overtaken: 0 },
  };
  for (const agent of agents.values()) {
    if (agent.stage <= upTo) counts[shownState(agent, stage)] += 1;
  }
  return counts;
}
