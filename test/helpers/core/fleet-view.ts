import type { FleetView, PodView } from "../../../src/supervisor/core/state/workload.ts";

/** A workload whose three pods all are well with the configuration `one`, but for what the test says. */
export function fleetView(changes: Partial<FleetView>): FleetView {
  return {
    ...{ revision: 1, observed: true, hash: "one" },
    ...{ wanted: 3, updated: 3, total: 3, available: 3, mayLack: 1 },
    ...{ stuck: undefined, pods: [] },
    ...changes,
  };
}

/** A pod that is well, but for what the test says. */
export function podOf(name: string, changes: Partial<PodView> = {}): PodView {
  const well = { hash: "one", ready: true, failed: false, trouble: undefined, lastLines: [] };
  return { name, ...well, ...changes };
}
