import { type AgentState, type Running, illAgent, reloadingAgent } from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Event } from "../state/event.ts";
import type { FleetState, FleetView } from "../state/workload.ts";
import { type State, withAgent } from "../state/state.ts";
import type { Instant } from "../state/time.ts";
import { fleetTrouble, gotOn, judgeRollout } from "./judge.ts";
import {
  begunTrial,
  doubted,
  illNow,
  noted,
  nothingSeen,
  overwritten,
  rolloutAnswered,
  rolloutFailed,
  rolloutSeen,
  wellNow,
  withFleet,
} from "./rollout.ts";

type EventOf<Name extends Event["on"]> = Extract<Event, { on: Name }>;
type Up = Extract<AgentState, { at: "up" }>;
type FleetEvent = EventOf<"fleet-seen" | "fleet-unseen" | "rollout-answered">;

/** True of what happens to fleets alone. */
export function isOfFleet(event: Event): event is FleetEvent {
  return ["fleet-seen", "fleet-unseen", "rollout-answered"].includes(event.on);
}

/** What Kubernetes shows of the workload, does not show, or has answered. */
export function fleetChanged(state: State, event: FleetEvent, core: CoreSettings): State {
  switch (event.on) {
    case "fleet-seen":
      return fleetSeen(state, event, core);
    case "fleet-unseen":
      return fleetUnseen(state, event);
    case "rollout-answered":
      return rolloutAnswered(state, event, core);
  }
}

/** What Kubernetes shows of the workload now. */
function fleetSeen(
  state: State,
  { run, view, at }: EventOf<"fleet-seen">,
  core: CoreSettings,
): State {
  const agent = state.agent.process;
  if (agent.at === "down" || agent.run !== run) return state;
  const seen = withView(state, view, at);
  switch (agent.at) {
    case "awaited":
      return fleetFound(seen, agent, view, at, core);
    case "reloading":
      return rolloutSeen(seen, agent, view, at, core);
    case "up":
      return upSeen(seen, agent, view, at, core);
    case "starting":
    case "stopping":
      return seen;
  }
}

function withView(state: State, view: FleetView, at: Instant): State {
  const before = state.agent.fleet ?? nothingSeen;
  const back = before.unseen !== undefined;
  const fleet: FleetState = {
    ...before,
    view,
    unseen: undefined,
    changedAt: sameView(before.view, view) && !back ? before.changedAt : at,
    // Nobody saw whether it got on.
    progressAt: back || gotOn(before.view, view) ? at : before.progressAt,
  };
  const seen = withAgent(state, { fleet, unseenUntil: back ? 0 : state.agent.unseenUntil });
  const agent = seen.agent.process;
  // What was not seen is no proof that all was well: the time in which it is to stay well begins anew.
  if (!back || agent.at !== "up" || agent.healthySince === undefined) return seen;
  return state.config.trial === undefined
    ? seen
    : withAgent(seen, { process: { ...agent, healthySince: at } });
}

function sameView(before: FleetView | undefined, now: FleetView): boolean {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now);
}

/** The workload is there. What its pods run is what we want, or something else, which waits a little for better news. */
function fleetFound(
  state: State,
  awaited: Extract<AgentState, { at: "awaited" }>,
  view: FleetView,
  at: Instant,
  core: CoreSettings,
): State {
  const { run } = awaited;
  const generation = state.config.target ?? awaited.generation;
  const { restarts } = state.desired;
  const running: Running = { run, pid: undefined, generation, restarts, startedAt: at };
  if (view.hash === generation.config.hash) {
    const began = withFleet(state, { revision: view.revision, lacked: 0, progressAt: at });
    const up = illAgent(running, at, {
      complaint: undefined,
      upSince: undefined,
      doubt: undefined,
    });
    const told = begunTrial(began, generation.number, at);
    const to = withAgent(told, { process: reloadingAgent(up, generation, at, Infinity) });
    const found = to.agent.process;
    return found.at === "reloading" ? rolloutSeen(to, found, view, at, core) : to;
  }
  // Another supervisor of the same workload, whose state is lost, has left this: the server may want just that.
  const strange = view.hash !== undefined && state.config.good === undefined;
  const notBefore = strange ? at + (core.kind.fleet?.strangeMs ?? 0) : at;
  return withAgent(state, {
    process: illAgent(running, at, { complaint: fleetTrouble(view), ...doubted(notBefore) }),
  });
}

function upSeen(state: State, agent: Up, view: FleetView, at: Instant, core: CoreSettings): State {
  if (agent.doubt !== undefined) return state;
  const { hash } = agent.generation.config;
  if (view.hash !== hash) return overwritten(state, agent, at, core);
  const fleet = state.agent.fleet ?? nothingSeen;
  if (state.config.trial?.generation === agent.generation.number) {
    const rollout = judgeRollout(view, hash, fleet.lacked);
    if (rollout.is === "failed") return rolloutFailed(state, agent, rollout.why, at, core);
    if (rollout.is === "complete" && agent.healthySince !== undefined) return state;
    // It was complete and is so no more: it is awaited again.
    const again = reloadingAgent(agent, agent.generation, at, Infinity);
    return rollout.is === "complete"
      ? withAgent(state, { process: wellNow(agent, at) })
      : noted(withAgent(state, { process: again }), rollout.note);
  }
  const why = fleetTrouble(view);
  if (why === undefined) {
    return agent.healthySince === undefined
      ? withAgent(state, { process: wellNow(agent, at) })
      : state;
  }
  return withAgent(state, { process: illNow(agent, why, agent.illSince ?? at) });
}

/** Kubernetes cannot be asked: until it can, nothing is judged, and what runs goes on. */
function fleetUnseen(state: State, { run, why, at }: EventOf<"fleet-unseen">): State {
  const agent = state.agent.process;
  if (agent.at === "down" || agent.run !== run) return state;
  if (agent.at === "awaited") {
    return agent.why === why ? state : withAgent(state, { process: { ...agent, why } });
  }
  const before = state.agent.fleet?.unseen;
  const since = before?.since ?? at;
  const told = before?.told === true || at - since >= quietMs;
  const unseen = { since, why, told };
  const away = withAgent(withFleet(state, { unseen }), { unseenUntil: Infinity });
  return told ? noted(away, `waiting for Kubernetes: ${why}`) : away;
}

/** So long nobody is told that Kubernetes cannot be asked. */
const quietMs = 4_000;
