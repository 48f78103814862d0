import type { AgentState } from "./agent-state.ts";
import type { Policy } from "./policy.ts";
import type { Generation, Instant } from "./state.ts";

/**
 * The way to bring another configuration to an agent that somebody else has started, undefined as long as none may be
 * gone. SIGHUP ends a collector that has never been healthy, so that one is left alone while it may still get up.
 */
export function attachedChange(
  restarts: number,
  target: Generation | undefined,
  agent: Extract<AgentState, { at: "starting" | "up" }>,
  { reload, mayEnd }: Pick<Policy, "reload"> & { readonly mayEnd: boolean },
  now: Instant,
): "reload" | "restart" | undefined {
  if (agent.at === "starting")
    return mayEnd && agent.slow && !isDoubtAlone(target, agent) ? "restart" : undefined;
  if (agent.doubt !== undefined && now < agent.doubt.notBefore) return undefined;
  const same = agent.restarts === restarts;
  const probed = agent.generation.config.probe !== undefined;
  const provable = agent.upSince !== undefined && target?.config.probe !== undefined;
  if (same && reload === "auto" && probed && (provable || !mayEnd)) return "reload";
  return mayEnd ? "restart" : undefined;
}

/** It runs what it shall, or something else: that shows as soon as it is healthy. */
function isDoubtAlone(
  target: Generation | undefined,
  { doubt, generation }: Extract<AgentState, { at: "starting" }>,
): boolean {
  return doubt !== undefined && generation.number === target?.number;
}
