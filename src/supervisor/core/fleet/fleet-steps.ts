import type { CoreSettings } from "../state/core-settings.ts";
import type { State } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { Instant } from "../state/time.ts";

/**
 * The next order for a fleet. A newer configuration overtakes one that is being rolled out: Kubernetes goes over to it from
 * wherever it is, and a fix need not wait for what it is to mend.
 */
export function fleetStep(state: State, now: Instant): Step | undefined {
  const { process: agent, fleet } = state.agent;
  const { target, onDisk, candidate, waiting } = state.config;
  if (agent.at !== "up" && agent.at !== "reloading") return undefined;
  if (target === undefined || onDisk !== target.number || !target.config.runs) return undefined;
  if (fleet?.unseen !== undefined) return undefined;
  const { run } = agent;
  const restarts = agent.restarts !== state.desired.restarts;
  const order = { do: "reload-agent", run, generation: target } as const;
  if (agent.at === "reloading") {
    // One order at a time.
    if (fleet?.revision === undefined) return undefined;
    if (agent.to.number === target.number && !restarts) return undefined;
    return restarts ? { ...order, restart: true } : order;
  }
  const { doubt } = agent;
  if (doubt !== undefined && now < doubt.notBefore) return undefined;
  if (restarts) return { ...order, restart: true };
  if (agent.generation.number !== target.number && doubt === undefined) return order;
  // What is on its way may be just what the pods run.
  const unsettled = candidate !== undefined || waiting !== undefined;
  return doubt === undefined || unsettled ? undefined : order;
}

/** The moments at which time alone decides about a fleet. */
export function fleetDeadlines(state: State, { kind }: CoreSettings): readonly Instant[] {
  const { process: agent, fleet } = state.agent;
  if (agent.at === "up") return agent.doubt === undefined ? [] : [agent.doubt.notBefore];
  if (agent.at !== "reloading" || fleet?.revision === undefined) return [];
  return [fleet.progressAt + (kind.fleet?.progressMs ?? Infinity)];
}
