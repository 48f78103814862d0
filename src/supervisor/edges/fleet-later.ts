import type { AgentProcess } from "../../agent/process/agent-process.ts";
import type { Generation } from "../core/state/generation.ts";
import type { RolloutOrder } from "../core/state/workload.ts";
import type { FleetEdge, FleetFact } from "../fleet/fleet-edge.ts";
import { systemClock } from "../inputs/clocks.ts";
import type { KubernetesSettings } from "../settings/settings.ts";

/** The pods of a workload as an agent. */
export interface FleetAgent {
  readonly process: AgentProcess;
  readonly rollOut: (generation: Generation, restart: boolean) => Promise<RolloutOrder>;
}

/** Loads what talks to Kubernetes when it is first needed: a supervisor of a process does not pay for it. */
export function fleetLater(
  settings: KubernetesSettings,
  environment: ReadonlyMap<string, string>,
  post: (fact: FleetFact) => void,
  broken: (error: unknown) => void,
): FleetAgent {
  let loading: Promise<FleetEdge> | undefined;
  const edge = (): Promise<FleetEdge> => {
    loading ??= import("../fleet/open-fleet.ts").then(({ openFleet }) =>
      openFleet(settings, environment, post),
    );
    return loading;
  };
  return {
    process: {
      start: (run) => void edge().then((fleet) => fleet.watch(run), broken),
      runs: () => undefined,
      // The core has no signal for a fleet.
      signal: () => undefined,
    },
    rollOut: async ({ config }, restart) => {
      const { hash, text, files } = config;
      const restartedAt = restart ? new Date(systemClock.wall().unixMs).toISOString() : undefined;
      return (await edge()).rollOut({ hash, text, files: files.length, restartedAt });
    },
  };
}
