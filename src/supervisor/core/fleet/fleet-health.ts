import type { ComponentHealth } from "../../../opamp-client/wire/messages.ts";
import type { AgentState } from "../state/agent.ts";
import type { FleetState, FleetView, PodView } from "../state/workload.ts";
import type { State } from "../state/state.ts";
import { shownAt } from "../state/wall-clock.ts";
import type { Instant } from "../state/time.ts";
import { fleetTrouble, lackOf, progressText } from "./judge.ts";

/** The health of a fleet: as a whole, and of its pods. Undefined while nothing is known of it. */
export function fleetHealth(state: State): ComponentHealth | undefined {
  const { process: agent, fleet } = state.agent;
  if (fleet?.view === undefined || (agent.at !== "up" && agent.at !== "reloading"))
    return undefined;
  const startTimeUnixNano = nanoseconds(state, agent.startedAt);
  const statusTimeUnixNano = nanoseconds(state, fleet.changedAt);
  const times = { startTimeUnixNano, statusTimeUnixNano };
  const componentHealthMap = new Map(
    fleet.view.pods.map((pod) => [`pod/${pod.name}`, podHealth(pod, times)]),
  );
  return { ...whole(state, fleet, fleet.view), ...times, componentHealthMap };
}

function whole(
  { agent: { process: agent } }: State,
  { unseen }: FleetState,
  view: FleetView,
): Pick<ComponentHealth, "healthy" | "status" | "lastError"> {
  const last = `${view.available} of ${view.wanted} pods were available`;
  if (unseen?.told === true) {
    const lastError = `Kubernetes cannot be asked: ${unseen.why}; when it last could, ${last}`;
    return { healthy: false, status: "unknown", lastError };
  }
  const trouble = fleetTrouble(view);
  if (agent.at === "reloading") {
    const status = `rolling out: ${progressText(view)}`;
    if (trouble === undefined) return { healthy: true, status };
    return { healthy: false, status, lastError: trouble };
  }
  const doubt = agent.at === "up" ? agent.doubt : undefined;
  const doubtful = doubt?.why ?? (doubt === undefined ? undefined : complaintOf(agent));
  const why = doubtful ?? trouble;
  if (why !== undefined) return { healthy: false, status: "unhealthy", lastError: why };
  const lacks = lackOf(view);
  if (lacks > 0)
    return { healthy: true, status: `running, ${lacks} of ${view.wanted} pods missing` };
  const parked = agent.at === "up" && agent.generation.config.parked;
  return { healthy: true, status: parked ? "parked" : "running" };
}

function complaintOf(agent: AgentState): string | undefined {
  return agent.at === "up" ? agent.probe.complaint : undefined;
}

function podHealth(
  { ready, trouble, lastLines }: PodView,
  times: Pick<ComponentHealth, "startTimeUnixNano" | "statusTimeUnixNano">,
): ComponentHealth {
  if (ready) return { healthy: true, status: "ready", ...times };
  const lastError = [trouble ?? "not ready", ...lastLines].join("\n");
  return { healthy: false, status: "not ready", ...times, lastError };
}

function nanoseconds({ clock }: State, instant: Instant): bigint {
  return BigInt(Math.max(1, Math.round(shownAt(clock, instant).unixMs))) * 1_000_000n;
}
