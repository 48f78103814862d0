import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { eventually } from "../helpers/e2e/daemon.ts";
import { createScene, type Scene } from "../helpers/e2e/scene.ts";
import {
  configMaps,
  deployment,
  deployments,
  objectOf,
  pods,
  target,
} from "../helpers/kubernetes/cluster.ts";
import { playPods } from "../helpers/kubernetes/played-pods.ts";
import { type RealApi, noRealApi, startRealApi } from "../helpers/kubernetes/real-api.ts";

const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/monitoring";
const whole = { apiVersion: "apps/v1", kind: "Deployment", ...deployment(), status: undefined };
const mergeType = "application/merge-patch+json";
/** Pods with it in their configuration end. */
const deadly = "batch/deadly";
const slowMs = 60_000;

const part = (batch: string): string =>
  `processors: {${batch}: }\nservice: {pipelines: {traces: {processors: [${batch}]}}}\n`;

interface Manifest {
  readonly kind: string;
}

function shipped(name: string): readonly Manifest[] {
  const file = join(import.meta.dirname, "../../packaging/kubernetes/mode", name);
  return parseAllDocuments(readFileSync(file, "utf8")).map((each) => each.toJS() as Manifest);
}

/** The Role that is shipped, for the user of the test instead of a service account. */
async function grant({ admin }: RealApi): Promise<void> {
  const all = shipped("rbac.yaml");
  const role = all.find(({ kind }) => kind === "Role");
  const binding = all.find(({ kind }) => kind === "RoleBinding");
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "supervisor" }];
  expect((await admin("POST", `${rbac}/roles`, role)).is).toBe("done");
  expect((await admin("POST", `${rbac}/rolebindings`, { ...binding, subjects })).is).toBe("done");
}

/** The API server knows every field of what is shipped. */
async function takesManifests({ admin }: RealApi): Promise<void> {
  const paths = new Map([
    ["Deployment", deployments],
    ["PersistentVolumeClaim", "/api/v1/namespaces/monitoring/persistentvolumeclaims"],
  ]);
  for (const each of shipped("deployment.yaml")) {
    const path = `${paths.get(each.kind) ?? ""}?fieldValidation=Strict&dryRun=All`;
    expect(await admin("POST", path, each)).toMatchObject({ is: "done" });
  }
}

interface SeenDeployment {
  readonly metadata: { readonly generation: number };
}

/** A cluster with a workload, and a supervisor that is yet to be started. */
async function createCluster(): Promise<{ api: RealApi; scene: Scene }> {
  const api = await startRealApi();
  await grant(api);
  await takesManifests(api);
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
`;
  const scene = await createScene({ agent });
  writeFileSync(scene.path("token"), api.token);
  onTestFinished(end);
  return { api, scene };
}

const generationOf = async ({ admin }: RealApi): Promise<number> =>
  (objectOf(await admin("GET", `${deployments}/otel`)) as SeenDeployment).metadata.generation;

const statusIs = (scene: Scene, status: string, text = "") =>
  scene.server.agent(
    (seen) =>
      seen.remoteConfigStatus?.status === status &&
      seen.remoteConfigStatus.errorMessage.includes(text),
    slowMs,
  );

test.skipIf(noRealApi !== undefined)(
  "a server configures the pods of a workload: applied, failed and back, killed in the middle, Kubernetes away, Git",
  async () => {
    const { api, scene } = await createCluster();
    const daemon = scene.boot();
    const { uid } = await scene.server.agent((seen) => seen.up === "true", slowMs);
    await eventually(async () => (await generationOf(api)) === 2);
    await scene.server.agent(
      (seen) => seen.up === "true" && seen.effectiveConfig.length > 0,
      slowMs,
    );

    scene.server.offerConfig(uid, part("batch"));
    const applied = await statusIs(scene, "applied");
    expect(applied.effectiveConfig[0]?.text).toContain("batch");
    expect(await generationOf(api)).toBe(3);

    scene.server.offerConfig(uid, part(deadly));
    const failed = await statusIs(scene, "failed");
    expect(failed.remoteConfigStatus?.errorMessage).toContain("CrashLoopBackOff");
    // There, and back.
    await eventually(async () => (await generationOf(api)) === 5);

    // Killed in the middle of a rollout: it may have been the reason, so the next one goes back.
    scene.server.offerConfig(uid, part("batch/second"));
    await eventually(async () => (await generationOf(api)) === 6);
    daemon.signal("SIGKILL");
    await daemon.ended;
    const next = scene.boot();
    const interrupted = await statusIs(scene, "failed", "the supervisor ended while");
    expect(interrupted.remoteConfigStatus?.errorMessage).toContain("in force again");
    await eventually(async () => (await generationOf(api)) === 7);
    scene.server.offerConfig(uid, part("batch/other"));
    const other = await statusIs(scene, "applied");
    expect(other.effectiveConfig[0]?.text).toContain("batch/other");
    const settled = await generationOf(api);
    expect(settled).toBe(8);

    api.signal("SIGSTOP");
    await scene.server.agent(
      (seen) => seen.health?.lastError.includes("Kubernetes cannot be asked") === true,
      2 * slowMs,
    );
    api.signal("SIGCONT");
    await scene.server.agent((seen) => seen.up === "true", slowMs);
    expect(await generationOf(api), "nothing is rolled out for that").toBe(settled);

    const labels = { "argocd.argoproj.io/instance": "otel" };
    await api.admin("PATCH", `${deployments}/otel`, { metadata: { labels } }, mergeType);
    scene.server.offerConfig(uid, part("batch/third"));
    await statusIs(scene, "failed", "Argo CD");
    expect(await generationOf(api)).toBe(settled);
    expect((await api.admin("GET", pods)).is).toBe("done");
    next.signal("SIGTERM");
    expect(await next.ended).toBe(0);
    expect(await generationOf(api)).toBe(settled);
  },
  6 * slowMs,
);
