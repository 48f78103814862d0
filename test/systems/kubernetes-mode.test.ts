import { expect, test } from "vitest";
import { eventually } from "../helpers/e2e/daemon.ts";
import type { Scene } from "../helpers/e2e/scene.ts";
import { deployments, pods } from "../helpers/kubernetes/cluster.ts";
import {
  createModeScene,
  deadly,
  generationOf,
  withBatch,
} from "../helpers/kubernetes/mode-scene.ts";
import { noRealApi } from "../helpers/kubernetes/real-api.ts";

const mergeType = "application/merge-patch+json";
const slowMs = 60_000;
/** What a pod is told of itself: one that is started anew goes on with its lease. */
const pod = { POD_NAME: "supervisor-1", POD_UID: "1" };

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
    const { api, scene } = await createModeScene("lease_duration: 5m");
    const daemon = scene.boot(pod);
    const { uid } = await scene.server.agent((seen) => seen.up === "true", slowMs);
    await eventually(async () => (await generationOf(api)) === 2);
    await scene.server.agent(
      (seen) => seen.up === "true" && seen.effectiveConfig.length > 0,
      slowMs,
    );

    scene.server.offerConfig(uid, withBatch("batch"));
    const applied = await statusIs(scene, "applied");
    expect(applied.effectiveConfig[0]?.text).toContain("batch");
    expect(await generationOf(api)).toBe(3);

    scene.server.offerConfig(uid, withBatch(deadly));
    const failed = await statusIs(scene, "failed");
    expect(failed.remoteConfigStatus?.errorMessage).toContain("CrashLoopBackOff");
    // There, and back.
    await eventually(async () => (await generationOf(api)) === 5);

    // Killed in the middle of a rollout: it may have been the reason, so the next one goes back.
    scene.server.offerConfig(uid, withBatch("batch/second"));
    await eventually(async () => (await generationOf(api)) === 6);
    daemon.signal("SIGKILL");
    await daemon.ended;
    const next = scene.boot(pod);
    const interrupted = await statusIs(scene, "failed", "the supervisor ended while");
    expect(interrupted.remoteConfigStatus?.errorMessage).toContain("in force again");
    await eventually(async () => (await generationOf(api)) === 7);
    scene.server.offerConfig(uid, withBatch("batch/other"));
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
    scene.server.offerConfig(uid, withBatch("batch/third"));
    await statusIs(scene, "failed", "Argo CD");
    expect(await generationOf(api)).toBe(settled);
    expect((await api.admin("GET", pods)).is).toBe("done");
    next.signal("SIGTERM");
    expect(await next.ended).toBe(0);
    expect(await generationOf(api)).toBe(settled);
  },
  6 * slowMs,
);
