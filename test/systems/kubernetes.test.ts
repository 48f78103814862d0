import { expect, onTestFinished, test } from "vitest";
import { type FleetFact, createFleetEdge } from "../../src/supervisor/fleet/fleet-edge.ts";
import { judgeRollout } from "../../src/supervisor/core/fleet/judge.ts";
import type { FleetView } from "../../src/supervisor/core/state/workload.ts";
import { createEventLog } from "../helpers/event-log.ts";
import {
  configMaps,
  deployment,
  deployments,
  objectOf,
  pods,
  target,
} from "../helpers/kubernetes/cluster.ts";
import { crashed, playPods } from "../helpers/kubernetes/played-pods.ts";
import { noRealApi, startRealApi } from "../helpers/kubernetes/real-api.ts";

const hash = "0123456789abcdef";
const rolled = { hash, text: "receivers: {}\n", files: 0, restartedAt: undefined };
const rights = [
  {
    ...{ apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["otel"] },
    verbs: ["get", "list", "watch", "patch"],
  },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["create", "patch", "list", "delete"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
];
const whole = { apiVersion: "apps/v1", kind: "Deployment", ...deployment(), status: undefined };
const mergeType = "application/merge-patch+json";
const applyType = "application/apply-patch+yaml";

test.skipIf(noRealApi !== undefined)(
  `rolls out to a real API server with a Role of few rights${noRealApi === undefined ? "" : ` (${noRealApi})`}`,
  async () => {
    const { admin, supervisor } = await startRealApi();
    await admin("POST", deployments, whole);
    const facts = createEventLog<FleetFact>();
    const paces = { retryMs: 200, gatherMs: 20, beatMs: 1_000 };
    const edge = createFleetEdge(supervisor, target, paces, (fact) => facts.add(fact));
    onTestFinished(edge.leave);
    edge.watch(1);
    const right = 'cannot list resource "deployments"';
    await facts.until((fact) => fact.on === "fleet-unseen" && fact.why.includes(right));
    expect(await edge.rollOut(rolled)).toMatchObject({ is: "refused" });

    const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/monitoring";
    await admin("POST", `${rbac}/roles`, { metadata: { name: "supervisor" }, rules: rights });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "supervisor" };
    const subjects = [{ ...roleRef, kind: "User" }];
    await admin("POST", `${rbac}/rolebindings`, { metadata: { name: "x" }, roleRef, subjects });
    await facts.until((fact) => fact.on === "fleet-seen" && fact.view.revision === 1);

    expect(await edge.rollOut(rolled)).toEqual({ is: "told", revision: 2 });
    expect(await edge.rollOut(rolled)).toEqual({ is: "told", revision: 2 });
    const restart = { ...rolled, restartedAt: "2026-01-01T00:00:00Z" };
    expect(await edge.rollOut(restart)).toEqual({ is: "told", revision: 3 });
    expect(await edge.rollOut(rolled)).toEqual({ is: "told", revision: 3 });
    await facts.until((fact) => fact.on === "fleet-seen" && fact.view.hash === hash);
    const volumes = [
      { name: "config", configMap: { name: "otel-0123456789" } },
      { name: "other", emptyDir: {} },
    ];
    expect(objectOf(await admin("GET", `${deployments}/otel`))).toMatchObject({
      spec: { template: { spec: { volumes, containers: [{ image: "otelcol" }] } } },
    });
    expect(objectOf(await admin("GET", `${configMaps}/otel-0123456789`))).toMatchObject({
      immutable: true,
      data: { "relay.yaml": rolled.text },
    });
    expect(await edge.rollOut({ ...rolled, text: "other" })).toMatchObject({
      is: "refused",
      why: expect.stringContaining("field is immutable") as string,
    });
    const large = { ...rolled, hash: "f".repeat(16), text: "x".repeat(1_100_000) };
    expect(await edge.rollOut(large)).toMatchObject({ is: "refused" });

    const annotations = { "opampsupervisor/config-hash": hash };
    const metadata = { name: "p1", labels: { app: "otel" }, annotations };
    await admin("POST", pods, {
      metadata,
      spec: { containers: [{ name: "collector", image: "x" }] },
    });
    await admin("PATCH", `${pods}/p1/status`, { status: crashed }, mergeType);
    await facts.until(
      (fact) =>
        fact.on === "fleet-seen" &&
        fact.view.pods.some(({ name, failed }) => name === "p1" && failed),
    );

    // Somebody who applies the same field is told of us, and we of them.
    const other = `${deployments}/otel?fieldManager=kubectl`;
    expect(await admin("PATCH", other, whole, applyType)).toMatchObject({
      is: "refused",
      problem: {
        code: 409,
        message: expect.stringContaining('conflict with "opampsupervisor"') as string,
      },
    });
    expect((await admin("PATCH", `${other}&force=true`, whole, applyType)).is).toBe("done");
    await facts.until((fact) => fact.on === "fleet-seen" && fact.view.revision === 4);
    expect(await edge.rollOut(rolled)).toMatchObject({
      is: "refused",
      why: expect.stringContaining("applied by the field manager kubectl") as string,
    });
  },
);

test.skipIf(noRealApi !== undefined)(
  "a rollout whose pods crash stops by itself, and going back brings all pods back",
  async () => {
    const { admin, administrator: client } = await startRealApi();
    await admin("POST", deployments, whole);
    const facts = createEventLog<FleetFact>();
    const paces = { retryMs: 200, gatherMs: 20, beatMs: 1_000 };
    const edge = createFleetEdge(client, target, paces, (fact) => facts.add(fact));
    const bad = "b".repeat(16);
    const good = { ...rolled, hash: "a".repeat(16) };
    const end = playPods({ admin }, (hash) => Promise.resolve(hash === bad));
    onTestFinished(async () => {
      edge.leave();
      await end();
    });
    const views = (): readonly FleetView[] =>
      facts.all.flatMap((fact) => (fact.on === "fleet-seen" ? [fact.view] : []));
    const complete = async (hashNow: string | undefined, from: number): Promise<void> => {
      await facts.until(
        (fact) =>
          fact.on === "fleet-seen" &&
          views().indexOf(fact.view) >= from &&
          fact.view.hash === hashNow &&
          (hashNow === undefined
            ? fact.view.available === 3
            : judgeRollout(fact.view, hashNow, 0).is === "complete"),
      );
    };
    edge.watch(1);
    await complete(undefined, 0);
    const begun = views().length;
    expect((await edge.rollOut(good)).is).toBe("told");
    await complete(good.hash, begun);
    const before = views().length;
    expect((await edge.rollOut({ ...good, hash: bad, text: "bad" })).is).toBe("told");
    await facts.until(
      (fact) => fact.on === "fleet-seen" && judgeRollout(fact.view, bad, 0).is === "failed",
    );
    const back = views().length;
    expect((await edge.rollOut(good)).is).toBe("told");
    await complete(good.hash, back);
    expect(
      Math.min(
        ...views()
          .slice(before)
          .map(({ available }) => available),
      ),
    ).toBeGreaterThanOrEqual(2);
  },
);
