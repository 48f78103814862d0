import { sameConnections } from "../../../agent-config/connections.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Generation } from "../state/generation.ts";
import { type State, withConfig } from "../state/state.ts";
import type { Instant } from "../state/time.ts";
import type { Probation, Trial } from "../state/trials.ts";
import { connectionsFailed, connectionsTakenBack } from "./connections-failed.ts";
import { propose } from "./propose.ts";
import { quarantinedUntil, remember } from "./quarantine.ts";
import { owed, answeredFailed } from "./verdict.ts";
import { targetProved } from "./proved.ts";

/** Probation ends by time; an agent that is ill for long during probation costs the configuration its place. */
export function probationByTime(state: State, at: Instant, core: CoreSettings): State {
  const { probation, target } = state.config;
  const over = at >= (probation?.until ?? Infinity);
  if (probation === undefined) return state;
  if (probation.generation !== target?.number || (over && !mayGoBack(state))) {
    return withConfig(state, { probation: undefined });
  }
  if (!mayGoBack(state)) return state;
  const why = illInProbation(state, probation, at, core);
  if (why !== undefined) return rollBackApplied(state, why, at, core);
  // One that is on its way back has yet to show that it gets up at all.
  return over && state.agent.process.at === "up"
    ? withConfig(state, { probation: undefined })
    : state;
}

/** Why the agent is worse off with the configuration in probation; undefined while it is not, or not for long. */
function illInProbation(
  state: State,
  { generation, until, startTimeoutMs }: Probation,
  at: Instant,
  { illMs }: CoreSettings,
): string | undefined {
  const agent = state.agent.process;
  if (agent.at === "starting" && agent.doubt === undefined) {
    return at - agent.startedAt < startTimeoutMs ? undefined : tooLate(state, startTimeoutMs);
  }
  if (agent.at !== "up" || agent.illSince === undefined || at >= until) return undefined;
  if (agent.generation.number !== generation || at - agent.illSince < illMs) return undefined;
  return `the agent fell ill soon after it had taken up the configuration: ${agent.probe.complaint ?? ""}`;
}

/**
 * True where going back from a configuration that was applied gives the agent something to do: to go back to the idle
 * configuration ends all telemetry for certain, which the other may do at its worst.
 */
export function mayGoBack({ config: { target, previous } }: State): boolean {
  if (previous?.config.runs !== true) return false;
  return !previous.config.parked || target?.config.parked === true;
}

/** A target is good once it has been healthy for long enough, and has failed when it takes too long. */
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
