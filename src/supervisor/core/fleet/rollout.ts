import { rollBackTrial } from "../config/trial.ts";
import {
  type AgentState,
  type Doubt,
  healthyAgent,
  illAgent,
  reloadingAgent,
} from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Event } from "../state/event.ts";
import type { FleetState, FleetView } from "../state/workload.ts";
import { type State, withAgent, withConfig } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { Instant } from "../state/time.ts";
import { fleetTrouble, judgeRollout, lackOf, progressText } from "./judge.ts";

type EventOf<Name extends Event["on"]> = Extract<Event, { on: Name }>;
type Reloading = Extract<AgentState, { at: "reloading" }>;
type Up = Extract<AgentState, { at: "up" }>;

/** Before anything was seen. */
export const nothingSeen: FleetState = {
  view: undefined,
  changedAt: 0,
  unseen: undefined,
  revision: undefined,
  progressAt: 0,
  lacked: 0,
};

/** It is not known what the pods run, or it is not what we want; no order before `notBefore`. */
export function doubted(notBefore: Instant, why?: string): Pick<Up, "upSince"> & { doubt: Doubt } {
  return { upSince: undefined, doubt: { writtenAt: undefined, known: undefined, why, notBefore } };
}

/** The time of a trial of this generation starts here. */
export function begunTrial(state: State, number: number, at: Instant): State {
  const { trial } = state.config;
  return trial?.generation === number
    ? withConfig(state, { trial: { ...trial, startedAt: at } })
    : state;
}

/** The state with these changes in what is known of the fleet. */
export function withFleet(state: State, changes: Partial<FleetState>): State {
  return withAgent(state, { fleet: { ...(state.agent.fleet ?? nothingSeen), ...changes } });
}

/** What a rollout that is under way has come to. */
export function rolloutSeen(
  state: State,
  agent: Reloading,
  view: FleetView,
  at: Instant,
  core: CoreSettings,
): State {
  const fleet = state.agent.fleet ?? nothingSeen;
  // Counts from before our order say nothing about it.
  if (fleet.revision === undefined || view.revision < fleet.revision) return state;
  if (view.hash !== agent.to.config.hash) return overwritten(state, agent, at, core);
  const rollout = judgeRollout(view, agent.to.config.hash, fleet.lacked);
  switch (rollout.is) {
    case "complete": {
      const told = { dueAt: Infinity, upSince: undefined, doubt: undefined };
      const healthy = healthyAgent({ ...agent, generation: agent.to }, at, told);
      const why = fleetTrouble(view);
      // As ill as it was before: the configuration is none the worse for that.
      const process =
        why === undefined || state.config.trial !== undefined ? healthy : illNow(healthy, why, at);
      return noted(withAgent(state, { process }), progressText(view));
    }
    case "under-way":
      return noted(state, rollout.note);
    case "failed":
      return rolloutFailed(state, agent, rollout.why, at, core);
  }
}

/** The verdict that is awaited, with a word on how far it is. */
export function noted(state: State, note: string): State {
  const { verdict } = state.config;
  if (verdict.is !== "applying" || verdict.note === note) return state;
  return withConfig(state, { verdict: { ...verdict, note } });
}

/** Somebody else has written another configuration into the template: ours is written again, in peace. */
export function overwritten(
  state: State,
  agent: Reloading | Up,
  at: Instant,
  core: CoreSettings,
): State {
  const complaint = "somebody else has changed what the pods are to run";
  const notBefore = at + (core.kind.fleet?.overwrittenMs ?? 0);
  return withAgent(state, { process: illAgent(agent, at, { complaint, ...doubted(notBefore) }) });
}

/** The rollout has failed: a configuration on trial loses its place, and what takes it is rolled out. */
export function rolloutFailed(
  state: State,
  agent: Reloading | Up,
  why: string,
  at: Instant,
  core: CoreSettings,
): State {
  const generation = agent.at === "reloading" ? agent.to : agent.generation;
  const ill = illAgent(
    { ...agent, generation },
    at,
    // It is known what the template holds, so there is nothing to be done but to wait for the pods.
    { complaint: why, upSince: undefined, doubt: undefined },
  );
  const down = withAgent(state, { process: ill });
  return state.config.trial?.generation === generation.number
    ? rollBackTrial(down, why, at, core)
    : down;
}

/** A fleet that is well from now on. */
export function wellNow(agent: Up, at: Instant): Up {
  return healthyAgent(agent, at, { dueAt: Infinity, upSince: undefined, doubt: undefined });
}

/** A fleet that is not, and it is known what its pods run. */
export function illNow(agent: Up, complaint: string, since: Instant): Up {
  return illAgent(agent, since, { complaint, upSince: undefined, doubt: undefined });
}

/** An order is on its way: the time of the trial starts here. */
export function rolloutBegun(
  state: State,
  { generation }: Extract<Step, { do: "reload-agent" }>,
  at: Instant,
): State {
  const agent = state.agent.process;
  const fleet = state.agent.fleet ?? nothingSeen;
  if (agent.at !== "up" && agent.at !== "reloading") return state;
  const { restarts } = state.desired;
  const process =
    agent.at === "up"
      ? reloadingAgent({ ...agent, restarts }, generation, at, Infinity)
      : { ...agent, to: generation, since: at, restarts };
  // In the middle of another rollout more may be missing than before that one.
  const settled =
    agent.at === "up" && (agent.doubt !== undefined || agent.healthySince !== undefined);
  const lacked = settled && fleet.view !== undefined ? lackOf(fleet.view) : fleet.lacked;
  const begun = withFleet(state, { revision: undefined, progressAt: at, lacked });
  return withAgent(begunTrial(begun, generation.number, at), { process });
}

/** What became of an order. */
export function rolloutAnswered(
  state: State,
  { run, number, order, at }: EventOf<"rollout-answered">,
  core: CoreSettings,
): State {
  const agent = state.agent.process;
  if (agent.at !== "reloading" || agent.run !== run || agent.to.number !== number) return state;
  if (order.is === "told") {
    const told = withFleet(state, { revision: order.revision, progressAt: at });
    const { view } = told.agent.fleet ?? nothingSeen;
    // What came of it may have been seen before its answer.
    return view === undefined ? told : rolloutSeen(told, agent, view, at, core);
  }
  const complaint = order.why;
  if (order.is === "unreached") {
    const soon = doubted(at + core.retryMs);
    const waits = withAgent(state, { process: illAgent(agent, at, { complaint, ...soon }) });
    return noted(waits, `waiting for Kubernetes: ${complaint}`);
  }
  const later = doubted(at + (core.kind.fleet?.refusedMs ?? 0), complaint);
  const ill = withAgent(state, { process: illAgent(agent, at, { complaint, ...later }) });
  return state.config.trial?.generation === number ? rollBackTrial(ill, complaint, at, core) : ill;
}

/** A rollout that does not get on any more has failed. */
export function fleetByTime(state: State, at: Instant, core: CoreSettings): State {
  const agent = state.agent.process;
  const { fleet } = state.agent;
  if (core.kind.fleet === undefined || fleet?.view === undefined || agent.at !== "reloading") {
    return state;
  }
  const { progressMs } = core.kind.fleet;
  if (fleet.revision === undefined || at - fleet.progressAt < progressMs) return state;
  if (fleet.view.wanted === 0) return state;
  const stuck = `the rollout has not got on for ${Math.round(progressMs / 1000)} s`;
  const verdict = judgeRollout(
    { ...fleet.view, observed: true, stuck },
    agent.to.config.hash,
    fleet.lacked,
  );
  return verdict.is === "failed" ? rolloutFailed(state, agent, verdict.why, at, core) : state;
}
