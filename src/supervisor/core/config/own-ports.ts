import { type OwnPorts, type RenderedConfig, usualPorts } from "../../../agent-config/config.ts";
import type { TakenPort } from "../state/agent.ts";

type Listens = Pick<RenderedConfig, "ownHealthCheck" | "ownMetrics">;

/** The ports with which a configuration was made. */
export function ownPortsOf(config: Listens | undefined): OwnPorts {
  return {
    healthCheck: portOf(config?.ownHealthCheck) ?? usualPorts.healthCheck,
    metrics: portOf(config?.ownMetrics) ?? usualPorts.metrics,
  };
}

/**
 * Other ports for what the supervisor has added by itself and could not listen; undefined when none of those that are
 * taken is such a one: what a person wrote stays.
 */
export function movedPorts(
  wanted: OwnPorts,
  ran: Listens,
  taken: readonly TakenPort[] = [],
): OwnPorts | undefined {
  const move = (own: string | undefined, port: number): number | undefined => {
    const found = taken.find((each) => each.port === portOf(own));
    if (found === undefined) return undefined;
    // It may have been moved already while this one still ran.
    return found.port === port ? found.free : port;
  };
  const healthCheck = move(ran.ownHealthCheck, wanted.healthCheck);
  const metrics = move(ran.ownMetrics, wanted.metrics);
  if (healthCheck === undefined && metrics === undefined) return undefined;
  return { healthCheck: healthCheck ?? wanted.healthCheck, metrics: metrics ?? wanted.metrics };
}

function portOf(address: string | undefined): number | undefined {
  const [, port] = /:(\d+)$/.exec(address ?? "") ?? [];
  return port === undefined ? undefined : Number(port);
}
