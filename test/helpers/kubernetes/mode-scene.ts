import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { parseAllDocuments } from "yaml";
import { type Scene, createScene } from "../e2e/scene.ts";
import { configMaps, deployment, deployments, objectOf, target } from "./cluster.ts";
import { playPods } from "./played-pods.ts";
import { type RealApi, startRealApi } from "./real-api.ts";

const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/monitoring";
const whole = { apiVersion: "apps/v1", kind: "Deployment", ...deployment(), status: undefined };
/** Pods with it in their configuration end. */
export const deadly = "batch/deadly";

/** A part of a configuration that has a batch processor of that name. */
export const withBatch = (batch: string): string =>
  `processors: {${batch}: }\nservice: {pipelines: {traces: {processors: [${batch}]}}}\n`;

interface Manifest {
  readonly kind: string;
}

/** The Role that is shipped, for the user of the test instead of a service account. */
async function grant({ admin }: RealApi): Promise<void> {
  const file = join(import.meta.dirname, "../../../packaging/kubernetes/mode/rbac.yaml");
  const all = parseAllDocuments(readFileSync(file, "utf8")).map((each) => each.toJS() as Manifest);
  const role = all.find(({ kind }) => kind === "Role");
  const binding = all.find(({ kind }) => kind === "RoleBinding");
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "supervisor" }];
  expect((await admin("POST", `${rbac}/roles`, role)).is).toBe("done");
  expect((await admin("POST", `${rbac}/rolebindings`, { ...binding, subjects })).is).toBe("done");
}

interface SeenDeployment {
  readonly metadata: { readonly generation: number };
}

/** How often the workload has been changed. */
export async function generationOf({ admin }: RealApi): Promise<number> {
  const found = objectOf(await admin("GET", `${deployments}/otel`)) as SeenDeployment;
  return found.metadata.generation;
}

/** A cluster with a workload, and a supervisor that is yet to be started; `keys` are further ones of agent.kubernetes. */
export async function createModeScene(
  keys: string,
  more = "",
): Promise<{ readonly api: RealApi; readonly scene: Scene }> {
  const api = await startRealApi();
  await grant(api);
  expect((await api.admin("POST", deployments, whole)).is).toBe("done");
  const crashes = async (hash: string | undefined): Promise<boolean> => {
    if (hash === undefined) return false;
    const found = await api.admin("GET", `${configMaps}/otel-${hash.slice(0, 10)}`);
    return found.is === "done" && found.text.includes(deadly);
  };
  const end = playPods(api, crashes);
  const agent = `  mode: kubernetes
  apply_settle: 1s
  kubernetes:
    namespace: monitoring
    workload: deployment/otel
    config_map: ${target.configMap}
    key: ${target.key}
    endpoint: ${api.endpoint}
    token_file: token
    ca_file: ${api.caFile}
    ${keys}
`;
  const scene = await createScene({ agent, more });
  writeFileSync(scene.path("token"), api.token);
  onTestFinished(end);
  return { api, scene };
}
