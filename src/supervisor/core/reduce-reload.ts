import type { ProbeOutcome } from "./event.ts";
import type { AgentState } from "./agent-state.ts";
import type { Policy } from "./policy.ts";
import type { Instant, State } from "./state.ts";
import type { Step } from "./step.ts";

type Reloading = Extract<AgentState, { at: "reloading" }>;

/** A running agent was told to take up another generation; the clock of the trial starts here. */
export function reloadBegun(
  state: State,
  step: Extract<Step, { do: "reload-agent" }>,
  at: Instant,
  policy: Policy,
): State {
  const { agent, trial } = state;
  if (agent.at !== "up" || agent.run !== step.run) return state;
  const { run, pid, generation, restarts, startedAt, upSince, doubt } = agent;
  const probe = { ...agent.probe, dueAt: at + policy.probeFastMs / 2 };
  return {
    ...state,
    trial: trial?.generation === step.generation.number ? { ...trial, startedAt: at } : trial,
    agent: {
      at: "reloading",
      run,
      pid,
      generation,
      restarts,
      startedAt,
      since: at,
      to: step.generation,
      underWay: false,
      upSince,
      known: doubt === undefined ? upSince : doubt.known,
      probe,
    },
  };
}

/**
 * Proof of a reload is an answer that names another beginning than before the signal; a healthy answer of the old
 * configuration proves nothing.
 */
export function reloadAnswered(
  agent: Reloading,
  outcome: ProbeOutcome,
  at: Instant,
  policy: Policy,
): AgentState {
  // Asked ever more seldom: a large configuration takes seconds, in which hundreds of questions would help nobody.
  const dueAt = at + Math.max(policy.probeFastMs / 2, (at - agent.since) / 20);
  if (outcome.is === "unhealthy") {
    return { ...agent, underWay: true, probe: { asked: false, dueAt, complaint: outcome.why } };
  }
  const { upSince } = outcome;
  const earlier = agent.upSince === undefined ? (upSince ?? 0) < agent.since : false;
  if (upSince === undefined || upSince === agent.upSince || earlier) {
    const complaint = "the agent has not taken up the new configuration yet";
    return { ...agent, probe: { asked: false, dueAt, complaint } };
  }
  const { run, pid, to, restarts, startedAt } = agent;
  const probe = { asked: false, dueAt: at + policy.settleMs / 4, complaint: undefined };
  const running = { run, pid, generation: to, restarts, startedAt, probe, upSince };
  return { at: "up", ...running, healthySince: at, illSince: undefined, doubt: undefined };
}
