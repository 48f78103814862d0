import type { ProbeOutcome } from "../state/event.ts";
import {
  type AgentState,
  type ReloadingAgent,
  reloadingAgent,
  healthyAgent,
} from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Instant } from "../state/time.ts";
import { type State, withConfig } from "../state/state.ts";
import { type WallClock, mayBeWithin, sameWallTime } from "../state/wall-clock.ts";
import type { Step } from "../state/step.ts";
import { patienceMs } from "./patience.ts";

/** A running agent was told to take up another generation; the time of the trial starts here. */
export function reloadBegun(
  state: State,
  step: Extract<Step, { do: "reload-agent" }>,
  at: Instant,
  core: CoreSettings,
): State {
  const agent = state.agent.process;
  const { trial } = state.config;
  if ((agent.at !== "up" && agent.at !== "reloading") || agent.run !== step.run) return state;
  return {
    ...withConfig(state, {
      trial: trial?.generation === step.generation.number ? { ...trial, startedAt: at } : trial,
    }),
    agent: {
      ...state.agent,
      process:
        agent.at === "up"
          ? reloadingAgent(agent, step.generation, at, at + core.probeFastMs / 2, step.part)
          : { ...agent, to: step.generation, since: at, part: step.part, underWay: false },
    },
  };
}

/**
 * Proof of a reload is an answer that names another beginning than before the signal, later or, when the clock was set,
 * earlier. A healthy answer of the old configuration proves nothing, unless it is known that the receivers that alone were
 * to be restarted have been (`partProved`). One that names no beginning any more is the new configuration's, and none of
 * its answers will ever prove it.
 */
export function reloadAnswered(
  agent: ReloadingAgent,
  outcome: ProbeOutcome,
  {
    at,
    clock,
    partProved,
  }: { readonly at: Instant; readonly clock: WallClock; readonly partProved: boolean },
  core: CoreSettings,
): AgentState {
  // Asked ever more seldom: a large configuration takes seconds, in which hundreds of questions would help nobody.
  const dueAt = at + patienceMs(at - agent.since, core.probeFastMs / 2);
  if (outcome.is === "unhealthy") {
    return { ...agent, underWay: true, probe: { asked: false, dueAt, complaint: outcome.why } };
  }
  const { upSince } = outcome;
  // Where no beginning was named before, it is to lie in the time since the signal.
  const proves =
    agent.upSince === undefined
      ? upSince !== undefined && mayBeWithin(clock, upSince, agent.since, at)
      : partProved || !sameWallTime(upSince, agent.upSince);
  if (upSince === undefined || !proves) {
    const complaint = "the agent has not taken up the new configuration yet";
    const unprovable = upSince === undefined && agent.upSince !== undefined;
    // It answers: there is nothing under way that could still lead to a proof.
    return { ...agent, underWay: false, unprovable, probe: { asked: false, dueAt, complaint } };
  }
  const told = { dueAt: at + core.settleMs / 4, upSince, doubt: undefined };
  return healthyAgent({ ...agent, generation: agent.to }, at, told);
}
