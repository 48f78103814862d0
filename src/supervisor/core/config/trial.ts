import { sameConnections } from "../../../agent-config/connections.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Generation } from "../state/generation.ts";
import { type State, withConfig } from "../state/state.ts";
import type { Instant } from "../state/time.ts";
import type { Trial } from "../state/trials.ts";
import { connectionsFailed, connectionsTakenBack } from "./connections-failed.ts";
import { propose } from "./propose.ts";
import { quarantinedUntil, remember } from "./quarantine.ts";
import { owed, answeredFailed } from "./verdict.ts";
import { targetProved } from "./proved.ts";

/** Probation ends by time; an agent that is ill for long during probation costs the configuration its place. */
export function probationByTime(state: State, at: Instant, core: CoreSettings): State {
  const { probation } = state.config;
  const agent = state.agent.process;
  if (probation === undefined) return state;
  if (at >= probation.until || probation.generation !== state.config.target?.number) {
    return withConfig(state, { probation: undefined });
  }
  if (agent.at !== "up" || agent.illSince === undefined) return state;
  if (agent.generation.number !== probation.generation) return state;
  if (at - agent.illSince < core.illMs) return state;
  const why = `the agent fell ill soon after it had taken up the configuration: ${agent.probe.complaint ?? ""}`;
  return rollBackApplied(state, why, at, core);
}

export function trialByTime(state: State, at: Instant, core: CoreSettings): State {
  const { trial, target } = state.config;
  const agent = state.agent.process;
  if (target === undefined) return state;
  if (trial === undefined && state.config.good?.number === target.number) return state;
  if (!target.config.runs) {
    return agent.at === "down" && state.config.onDisk === target.number
      ? targetProved(state, at, core)
      : state;
  }
  if (agent.at === "up" && agent.healthySince !== undefined) {
    const settled = at - agent.healthySince >= core.settleMs;
    const known = agent.doubt === undefined && agent.generation.number === target.number;
    return settled && known ? targetProved(state, at, core) : state;
  }
  return trial === undefined ? state : slowTrialByTime(state, trial, at, core);
}

function slowTrialByTime(state: State, trial: Trial, at: Instant, core: CoreSettings): State {
  const { verdict } = state.config;
  if (trial.startedAt === undefined) return state;
  const age = at - trial.startedAt;
  if (age >= trial.startTimeoutMs)
    return rollBackTrial(state, tooLate(state, trial.startTimeoutMs), at, core);
  if (age < core.applyTimeoutMs || verdict.is !== "applying" || verdict.note !== "") return state;
  return withConfig(state, { verdict: { ...verdict, note: "the agent is still starting" } });
}

function tooLate({ agent: { process: agent } }: State, timeoutMs: number): string {
  const complaint =
    agent.at === "starting" || agent.at === "up" ? agent.probe.complaint : undefined;
  const last = complaint === undefined ? "" : `; its health check: ${complaint}`;
  return `the agent was not healthy ${timeoutMs / 1000} s after its start${last}`;
}

/**
 * The configuration on trial has failed: back to the last good generation, else to what there is without the remote
 * configuration.
 */
export function rollBackTrial(state: State, why: string, at: Instant, core: CoreSettings): State {
  const { trial, target, good } = state.config;
  if (trial === undefined || target === undefined) return state;
  if (state.connections.trying === target.connections) {
    const back = backTo(withConfig(state, { trial: undefined }), good, why);
    const without = connectionsFailed(back, why);
    return good === undefined ? propose(without, target.remote, at, core) : without;
  }
  const until = quarantinedUntil(state, target.remote, at, core);
  const known = remember(withConfig(state, { trial: undefined }), target, why, until);
  const back = good ?? (target.remote === undefined ? target : undefined);
  const reverted = backTo(known, back, why);
  const judged: State = owed(state, target.remote)
    ? answeredFailed(reverted, target.remote, why)
    : withConfig(reverted, { problem: why });
  return back === undefined ? propose(judged, undefined, at, core) : judged;
}

/**
 * The configuration was applied too early: the agent ended or fell ill soon after, or ends again and again. The verdict
 * is taken back, and so is the configuration where there is one to go back to.
 */
export function rollBackApplied(state: State, why: string, at: Instant, core: CoreSettings): State {
  const { target, good, previous } = state.config;
  if (target === undefined || target.number !== good?.number || previous === undefined) {
    return state;
  }
  const until = quarantinedUntil(state, target.remote, at, core);
  const known = remember(withConfig(state, { probation: undefined }), target, why, until);
  const reverted: State = {
    ...withConfig(backTo(known, previous, why), { good: previous, previous: undefined }),
    agent: {
      ...known.agent,
      crashes: {
        ...state.agent.crashes,
        count: Math.min(1, state.agent.crashes.count),
        notBefore: at,
      },
    },
  };
  const { verdict } = state.config;
  // If the connections are what is new, they are to blame.
  if (!sameConnections(target.connections, previous.connections)) {
    return connectionsTakenBack(reverted, why);
  }
  if (verdict.is === "unset" || verdict.hash !== target.remote?.hash) {
    return withConfig(reverted, { problem: why });
  }
  const late = `it was applied, but ${why}`;
  return answeredFailed(reverted, target.remote, late);
}

/** Every way back goes through here, so that none falls silent; undefined: nothing is in force for now. */
function backTo(state: State, to: Generation | undefined, why: string): State {
  const { target } = state.config;
  const back = withConfig(state, { target: to });
  if (target === undefined || to === undefined || to.number === target.number) return back;
  return withConfig(back, { lastRollback: { from: target.number, generation: to.number, why } });
}
