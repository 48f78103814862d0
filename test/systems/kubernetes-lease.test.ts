import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { eventually } from "../helpers/e2e/daemon.ts";
import { leases, objectOf } from "../helpers/kubernetes/cluster.ts";
import { createModeScene, generationOf, withBatch } from "../helpers/kubernetes/mode-scene.ts";
import { noRealApi } from "../helpers/kubernetes/real-api.ts";

const mergeType = "application/merge-patch+json";
const path = `${leases}/opampsupervisor-deployment-otel`;
const slowMs = 90_000;
const leads = "the lease is ours, this supervisor leads";
const standsBy = "another supervisor leads, this one stands by";

interface SeenLease {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseTransitions?: number;
    readonly leaseDurationSeconds?: number;
  };
}

const podOf = (number: number, page: number) => ({
  ...{ POD_NAME: `supervisor-${number}`, POD_UID: String(number), PAGE: String(page) },
});

test.skipIf(noRealApi !== undefined)(
  `of two supervisors of a workload one leads, and the other follows${noRealApi === undefined ? "" : ` (${noRealApi})`}`,
  async () => {
    const more = 'healthcheck: {endpoint: "127.0.0.1:${env:PAGE}"}\n';
    const { api, scene } = await createModeScene("lease_duration: 12s", more);
    const lease = async () => (objectOf(await api.admin("GET", path)) as SeenLease).spec;
    const first = scene.boot(podOf(1, 36_501));
    await first.waitForLog(leads);
    const { uid } = await scene.server.agent((seen) => seen.up === "true", slowMs);
    scene.server.offerConfig(uid, withBatch("batch"));
    await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "applied", slowMs);
    const settled = await generationOf(api);

    const second = scene.boot(podOf(2, 36_502));
    expect((await second.waitForLog(standsBy))["holder"]).toBe("supervisor-1_1");
    const page = "http://127.0.0.1:36502";
    expect(await (await fetch(`${page}/readyz`)).text()).toContain("held by supervisor-1_1");
    expect((await fetch(`${page}/livez`)).status).toBe(200);
    expect(scene.server.agents()).toHaveLength(1);
    expect(await lease()).toMatchObject({ leaseDurationSeconds: 12, leaseTransitions: 0 });

    // What is wrong in the settings by the time that it leads does not keep it from leading.
    scene.write("supervisor.yaml", "server: [");
    // Killed: it is followed when the lease has ended, as the same agent, and no pod is replaced for that.
    first.signal("SIGKILL");
    await first.ended;
    await second.waitForLog(leads);
    await second.waitForLog(
      ({ level, msg }) => level === "warn" && msg.includes("supervisor.yaml"),
    );
    await scene.server.agent((seen) => seen.connected && seen.up === "true", slowMs);
    expect(scene.server.agents().map((agent) => agent.uid)).toEqual([uid]);
    expect(await lease()).toMatchObject({ holderIdentity: "supervisor-2_2", leaseTransitions: 1 });
    expect(await generationOf(api)).toBe(settled);
    await second.waitForLog(
      ({ msg, port }) => msg === "the health page is open" && port === 36_502,
    );
    expect((await fetch(`${page}/livez`)).status).toBe(200);
    scene.server.offerConfig(uid, withBatch("batch/second"));
    await scene.server.agent(
      (seen) =>
        seen.remoteConfigStatus?.status === "applied" &&
        seen.effectiveConfig[0]?.text.includes("batch/second") === true,
      slowMs,
    );
    expect(await generationOf(api)).toBe(settled + 1);

    // Stopped in order: the lease is given back, and nobody waits for it to end.
    const third = scene.boot(podOf(3, 36_503));
    await third.waitForLog(standsBy);
    const fourth = scene.boot(podOf(4, 36_504));
    await fourth.waitForLog(standsBy);
    fourth.signal("SIGTERM");
    expect(await fourth.ended, "one that stands by is stopped").toBe(0);
    second.signal("SIGTERM");
    expect(await second.ended).toBe(0);
    await third.waitForLog(leads);
    await scene.server.agent((seen) => seen.connected && seen.up === "true", slowMs);

    // Robbed.
    const stolen = { spec: { holderIdentity: "thief", leaseDurationSeconds: 3_000 } };
    expect((await api.admin("PATCH", path, stolen, mergeType)).is).toBe("done");
    expect(await third.ended).toBe(1);
    const lost = await third.waitForLog("the lease is lost, this supervisor ends");
    expect(lost["reason"]).toBe("it is now held by thief");
    expect((await lease()).holderIdentity).toBe("thief");

    // Nobody answers.
    expect((await api.admin("DELETE", path)).is).toBe("done");
    const fifth = scene.boot(podOf(5, 36_505));
    await fifth.waitForLog(leads);
    await scene.server.agent((seen) => seen.connected && seen.up === "true", slowMs);
    api.signal("SIGSTOP");
    expect(await fifth.ended).toBe(1);
    const silent = await fifth.waitForLog("the lease is lost, this supervisor ends");
    expect(silent["reason"]).toContain("could not be renewed for");
    const waiting = scene.boot(podOf(5, 36_505));
    await waiting.waitForLog("the lease cannot be asked for");
    expect((await fetch("http://127.0.0.1:36505/readyz")).status).toBe(503);
    api.signal("SIGCONT");
    await waiting.waitForLog(leads);
    await scene.server.agent((seen) => seen.connected && seen.up === "true", slowMs);
    expect(scene.server.agents().map((agent) => agent.uid)).toEqual([uid]);
    expect(await generationOf(api)).toBe(settled + 1);
  },
  6 * slowMs,
);

test.skipIf(noRealApi !== undefined)(
  "a supervisor that follows without the storage of the former one rolls nothing out that is there",
  async () => {
    const keys = "lease_duration: 12s\n  instance_id_from: monitoring/deployment/otel";
    const { api, scene } = await createModeScene(keys);
    const first = scene.boot(podOf(1, 0));
    await first.waitForLog(leads);
    const { uid } = await scene.server.agent((seen) => seen.up === "true", slowMs);
    scene.server.offerConfig(uid, withBatch("batch"));
    await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "applied", slowMs);
    const settled = await generationOf(api);
    first.signal("SIGKILL");
    await first.ended;
    rmSync(scene.path("storage"), { recursive: true });
    const second = scene.boot(podOf(2, 0));
    await second.waitForLog(leads);
    await scene.server.agent(
      (seen) =>
        seen.connected && seen.up === "true" && seen.remoteConfigStatus?.status === "applied",
      slowMs,
    );
    expect(await generationOf(api)).toBe(settled);
    scene.server.offerConfig(uid, withBatch("batch/second"));
    await eventually(async () => (await generationOf(api)) > settled);
    expect(await generationOf(api), "the one that was offered, and none before").toBe(settled + 1);
    expect(scene.server.agents().map((agent) => agent.uid)).toEqual([uid]);
  },
  6 * slowMs,
);
