import { readAccess } from "../../kubernetes/access.ts";
import { createApiClient } from "../../kubernetes/api-client.ts";
import type { KubernetesSettings } from "../settings/settings.ts";
import { type FleetEdge, type FleetFact, createFleetEdge } from "./fleet-edge.ts";

/** A watch that says nothing for so long counts as dead; the API marks its place about once a minute. */
const idleMs = 150_000;
const timeoutMs = 10_000;
const paces = { retryMs: 1_000, gatherMs: 100, beatMs: 10_000 } as const;

/** The edge for the workload that the settings name. */
export function openFleet(
  settings: KubernetesSettings,
  environment: ReadonlyMap<string, string>,
  post: (fact: FleetFact) => void,
): FleetEdge {
  const client = createApiClient(() => readAccess(settings, environment), { timeoutMs, idleMs });
  return createFleetEdge(client, settings, paces, post);
}
