import { judgeFlow } from "./flow-watch.ts";
import { takenBack, trialFailed, trialWon } from "./reduce-config.ts";
import { judgeRestart } from "./reduce-restart.ts";
import { judgeAttached } from "./reduce-attached.ts";
import type { Policy } from "./policy.ts";
import type { Instant, State } from "./state.ts";
import type { Trial } from "./trials.ts";

/** What the mere passing of time decides, looked at after every event. The same state when it decides nothing. */
export function judge(state: State, at: Instant, policy: Policy): State {
  const commanded = judgeRestart(state, at, policy);
  const attached = judgeAttached(judgeAgent(commanded, at, policy), at, policy);
  const tried = judgeTrial(attached, at, policy);
  return judgeFlow(judgeProbation(tried, at, policy), at);
}

/** Probation ends by time; ill health that lasts through a part of it costs the configuration its place. */
function judgeProbation(state: State, at: Instant, policy: Policy): State {
  const { probation, agent } = state;
  if (probation === undefined) return state;
  if (at >= probation.until || probation.generation !== state.target?.number) {
    return { ...state, probation: undefined };
  }
  if (agent.at !== "up" || agent.illSince === undefined) return state;
  if (agent.generation.number !== probation.generation) return state;
  if (at - agent.illSince < policy.illMs) return state;
  const why = `the agent fell ill soon after it had taken up the configuration: ${agent.probe.complaint ?? ""}`;
  return takenBack(state, why, at, policy);
}

/** An agent that cannot be asked is taken for healthy by its age; a start that drags on is said to. */
function judgeAgent(state: State, at: Instant, policy: Policy): State {
  const { agent } = state;
  if (agent.at !== "starting") return state;
  const age = at - agent.startedAt;
  if (agent.generation.config.probe === undefined) {
    if (age < policy.aliveMs) return state;
    const { run, pid, generation, restarts, startedAt, probe, doubt } = agent;
    const up = {
      at: "up",
      run,
      pid,
      generation,
      restarts,
      startedAt,
      probe,
      healthySince: at,
      illSince: undefined,
      upSince: undefined,
      doubt,
    } as const;
    return { ...state, agent: up };
  }
  if (agent.slow || age < policy.quietStartMs) return state;
  return { ...state, agent: { ...agent, slow: true } };
}

function judgeTrial(state: State, at: Instant, policy: Policy): State {
  const { trial, target, agent } = state;
  if (target === undefined) return state;
  if (trial === undefined && state.good?.number === target.number) return state;
  if (!target.config.runs) {
    return agent.at === "down" && state.onDisk === target.number
      ? trialWon(state, at, policy)
      : state;
  }
  if (agent.at === "up" && agent.healthySince !== undefined) {
    const settled = at - agent.healthySince >= policy.settleMs;
    const known = agent.doubt === undefined && agent.generation.number === target.number;
    return settled && known ? trialWon(state, at, policy) : state;
  }
  return trial === undefined ? state : judgeSlowTrial(state, trial, at, policy);
}

function judgeSlowTrial(state: State, trial: Trial, at: Instant, policy: Policy): State {
  const { verdict } = state;
  if (trial.startedAt === undefined) return state;
  const age = at - trial.startedAt;
  if (age >= trial.startTimeoutMs)
    return trialFailed(state, tooLate(state, trial.startTimeoutMs), at, policy);
  if (age < policy.applyTimeoutMs || verdict.is !== "applying" || verdict.note !== "") return state;
  return { ...state, verdict: { ...verdict, note: "the agent is still starting" } };
}

function tooLate({ agent }: State, timeoutMs: number): string {
  const complaint =
    agent.at === "starting" || agent.at === "up" ? agent.probe.complaint : undefined;
  const last = complaint === undefined ? "" : `; its health check: ${complaint}`;
  return `the agent was not healthy ${timeoutMs / 1000} s after its start${last}`;
}
