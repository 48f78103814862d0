import type { ProbeOutcome } from "../state/event.ts";
import { type AgentState, reloadingAgent, healthyAgent } from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Instant } from "../state/time.ts";
import { type State, withConfig } from "../state/state.ts";
import { type WallClock, mayBeWithin, sameWallTime } from "../state/wall-clock.ts";
import type { Step } from "../state/step.ts";

type Reloading = Extract<AgentState, { at: "reloading" }>;

/** A running agent was told to take up another generation; the time of the trial starts here. */
export function reloadBegun(
  state: State,
  step: Extract<Step, { do: "reload-agent" }>,
  at: Instant,
  core: CoreSettings,
): State {
  const agent = state.agent.process;
  const { trial } = state.config;
  if (agent.at !== "up" || agent.run !== step.run) return state;
  return {
    ...withConfig(state, {
      trial: trial?.generation === step.generation.number ? { ...trial, startedAt: at } : trial,
    }),
    agent: {
      ...state.agent,
      process: reloadingAgent(agent, step.generation, at, at + core.probeFastMs / 2),
    },
  };
}

/**
 * Proof of a reload is an answer that names another beginning than before the signal, later or, when the clock was set,
 * earlier; a healthy answer of the old configuration proves nothing. One that names no beginning any more is the new
 * configuration's, and none of its answers will ever prove it.
 */
export function reloadAnswered(
  agent: Reloading,
  outcome: ProbeOutcome,
  { at, clock }: { readonly at: Instant; readonly clock: WallClock },
  core: CoreSettings,
): AgentState {
  // Asked ever more seldom: a large configuration takes seconds, in which hundreds of questions would help nobody.
  const dueAt = at + Math.max(core.probeFastMs / 2, (at - agent.since) / 20);
  if (outcome.is === "unhealthy") {
    return { ...agent, underWay: true, probe: { asked: false, dueAt, complaint: outcome.why } };
  }
  const { upSince } = outcome;
  // Where no beginning was named before, it is to lie in the time since the signal.
  const proves =
    agent.upSince === undefined
      ? upSince !== undefined && mayBeWithin(clock, upSince, agent.since, at)
      : !sameWallTime(upSince, agent.upSince);
  if (upSince === undefined || !proves) {
    const complaint = "the agent has not taken up the new configuration yet";
    const unprovable = upSince === undefined && agent.upSince !== undefined;
    // It answers: there is nothing under way that could still lead to a proof.
    return { ...agent, underWay: false, unprovable, probe: { asked: false, dueAt, complaint } };
  }
  const told = { dueAt: at + core.settleMs / 4, upSince, doubt: undefined };
  return healthyAgent({ ...agent, generation: agent.to }, at, told);
}
