import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Access } from "../../../src/kubernetes/access.ts";
import {
  type ApiAnswer,
  type ApiClient,
  createApiClient,
} from "../../../src/kubernetes/api-client.ts";
import { readAccess } from "../../../src/kubernetes/access.ts";
import type { FleetTarget } from "../../../src/supervisor/fleet/names.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { type ApiServer, startApiServer } from "./api-server.ts";

/** The workload of the tests. */
export const target: FleetTarget = {
  ...{ namespace: "monitoring", kind: "deployment", name: "otel", configMap: "otel" },
  ...{ key: "relay.yaml", container: undefined, takeOver: false },
};

export const deployments = "/apis/apps/v1/namespaces/monitoring/deployments";
export const pods = "/api/v1/namespaces/monitoring/pods";
export const configMaps = "/api/v1/namespaces/monitoring/configmaps";
export const leases = "/apis/coordination.k8s.io/v1/namespaces/monitoring/leases";

/** What was answered, as a value. */
export function objectOf(answer: ApiAnswer): unknown {
  return answer.is === "done" ? JSON.parse(answer.text) : answer;
}

/** A server and a client that may use it. */
export interface Cluster {
  readonly api: ApiServer;
  readonly client: ApiClient;
  readonly tokenFile: string;
  readonly access: () => Access | { readonly problem: string };
}

/** Starts one with nothing in it. */
export async function startCluster(idleMs = 30_000): Promise<Cluster> {
  const api = await startApiServer();
  const folder = temporaryFolder();
  const tokenFile = join(folder, "token");
  const caFile = join(folder, "ca.crt");
  writeFileSync(tokenFile, "token-1\n");
  writeFileSync(caFile, api.ca);
  const access = () => readAccess({ endpoint: api.url(), tokenFile, caFile }, new Map());
  const client = createApiClient(access, { timeoutMs: 5_000, idleMs });
  return { api, client, tokenFile, access };
}

/** A Deployment of collectors as somebody has written it. */
export function deployment(changes: object = {}): Record<string, unknown> {
  return {
    metadata: { name: "otel" },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "otel" } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels: { app: "otel" } },
        spec: {
          containers: [{ name: "collector", image: "otelcol" }],
          volumes: [
            { name: "config", configMap: { name: "otel" } },
            { name: "other", emptyDir: {} },
          ],
        },
      },
    },
    status: {
      ...{ observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
    },
    ...changes,
  };
}

/** A pod of it. */
export function pod(name: string, status: object = {}, hash?: string): Record<string, unknown> {
  const annotations = hash === undefined ? {} : { "opampsupervisor/config-hash": hash };
  return {
    metadata: { name, labels: { app: "otel" }, annotations },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }], ...status },
  };
}
