import { sameConnections } from "../../../agent-config/connections.ts";
import type { RemoteConfig } from "../../../agent-config/config.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { AgentBinary, Generation } from "../state/generation.ts";
import { type State, withAgent, withConfig } from "../state/state.ts";
import type { Instant } from "../state/time.ts";
import type { Probation, Trial } from "../state/trials.ts";
import { binaryFailed, binaryTakenBack, sameBinary, triedAloneNext } from "./binary.ts";
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
  const isBinaryNew = !sameBinary(agent.generation.binary, state.config.previous?.binary);
  const what = isBinaryNew ? "this version" : "the configuration";
  return `the agent fell ill soon after it had taken up ${what}: ${agent.probe.complaint ?? ""}`;
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
  const isAsked =
    agent.at === "starting" || agent.at === "up" || (agent.at === "reloading" && agent.underWay);
  const complaint = isAsked ? agent.probe.complaint : undefined;
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
  const { trying } = state.packages;
  if (trying !== undefined && sameBinary(trying, target.binary)) {
    if (good !== undefined) return rollBackBinary(state, target, good, why, until);
    // The one before it has never been good either: all goes on with that one as if nothing else had been tried.
    const without = backTo(withConfig(state, { trial: undefined }), undefined, why);
    return propose(binaryFailed(without, why, until), target.remote, at, core);
  }
  const known = remember(withConfig(state, { trial: undefined }), target, why, until);
  const back = good ?? (target.remote === undefined ? target : undefined);
  const reverted = backTo(known, back, why);
  const judged: State = owed(state, target.remote)
    ? answeredFailed(reverted, target.remote, why)
    : withConfig(reverted, { problem: why });
  return back === undefined ? propose(judged, undefined, at, core) : judged;
}

/**
 * A binary on trial has failed. Where a configuration was tried together with it, that has failed too, and the binary is
 * tried once more without it.
 */
function rollBackBinary(
  state: State,
  target: Generation,
  good: Generation,
  why: string,
  until: Instant,
): State {
  const known = withConfig(state, { trial: undefined });
  if (!owed(state, target.remote) || target.remote === good.remote) {
    return binaryFailed(backTo(known, good, why), why, until);
  }
  const reverted = backTo(remember(known, target, why, until), good, why);
  const words = `it was tried together with ${binaryName(target.binary)}: ${why}`;
  return answeredFailed(triedAloneNext(reverted), target.remote, words);
}

function binaryName({ package: from, path }: AgentBinary): string {
  return from === undefined ? path : `version ${from.version} of the collector`;
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
  const unwatched = withConfig(state, { probation: undefined });
  const isBinaryNew = !sameBinary(target.binary, previous.binary);
  // A configuration is not blamed for the binary that was new with it.
  const known = isBinaryNew ? unwatched : remember(unwatched, target, why, until);
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
  if (isBinaryNew) {
    return tryAgain(binaryTakenBack(reverted, why, until), target.remote, at, core);
  }
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

/**
 * The binary of a good generation is taken back long after it was taken up; what was configured since is tried again with
 * the binary before it.
 */
export function rollBackBinaryInForce(
  state: State,
  to: Generation,
  why: string,
  at: Instant,
  core: CoreSettings,
): State {
  const { target, candidate, waiting } = state.config;
  const newest = waiting ?? (candidate ?? target)?.remote;
  const until = at + core.quarantineMs;
  const nothing = {
    waiting: undefined,
    candidate: undefined,
    trial: undefined,
    probation: undefined,
  };
  const back = withConfig(backTo(withConfig(state, nothing), to, why), {
    good: to,
    previous: undefined,
  });
  const { crashes } = state.agent;
  const started = withAgent(back, {
    crashes: { ...crashes, count: Math.min(1, crashes.count), notBefore: at },
  });
  return tryAgain(binaryTakenBack(started, why, until), newest, at, core);
}

/** What ran with the binary that was taken back is tried with the one that is in force now. */
function tryAgain(
  state: State,
  remote: RemoteConfig | undefined,
  at: Instant,
  core: CoreSettings,
): State {
  if (remote === state.config.target?.remote && !owed(state, remote)) return state;
  const { verdict } = state.config;
  const ours = verdict.is === "applied" && verdict.hash === remote?.hash;
  const told: State = ours
    ? withConfig(state, { verdict: { is: "applying", hash: verdict.hash, note: "" } })
    : state;
  return propose(told, remote, at, core);
}

/** Every way back goes through here, so that none falls silent; undefined: nothing is in force for now. */
function backTo(state: State, to: Generation | undefined, why: string): State {
  const { target } = state.config;
  const back = withConfig(state, { target: to });
  if (target === undefined || to === undefined || to.number === target.number) return back;
  return withConfig(back, { lastRollback: { from: target.number, generation: to.number, why } });
}
