import type { ComponentHealth } from "../../../opamp-client/wire/messages.ts";
import type { AgentState } from "../state/agent.ts";
import type { State } from "../state/state.ts";

/**
 * The whole of an agent that is up, with its parts: what we see ourselves, and what its own extension says of its
 * components. The judgement of the whole stays ours; without the extension there are no parts.
 */
export function withComponents(
  whole: ComponentHealth,
  { extension }: State,
  { probe, generation }: Extract<AgentState, { at: "up" }>,
): ComponentHealth {
  const { health } = extension;
  if (health === undefined) return whole;
  const { startTimeUnixNano = 0n, statusTimeUnixNano = 0n } = whole;
  const times = { startTimeUnixNano, statusTimeUnixNano };
  const answer: ComponentHealth =
    probe.complaint === undefined
      ? { healthy: true, status: "ready", ...times }
      : { healthy: false, status: "unhealthy", ...times, lastError: probe.complaint };
  const probed = generation.config.probe !== undefined;
  return {
    ...whole,
    componentHealthMap: new Map<string, ComponentHealth>([
      ["process", { healthy: true, status: "running", ...times }],
      ...(probed ? [["health_check", answer] as const] : []),
      ...(health.componentHealthMap ?? []),
    ]),
  };
}
