import { expect, onTestFinished, test } from "vitest";
import { type FleetFact, createFleetEdge } from "../../../src/supervisor/fleet/fleet-edge.ts";
import { createEventLog } from "../../helpers/event-log.ts";
import {
  type Cluster,
  configMaps,
  deployment,
  deployments,
  pod,
  pods,
  startCluster,
  target,
} from "../../helpers/kubernetes/cluster.ts";

const hash = "0123456789abcdef";
const rolled = { hash, text: "receivers: {}\n", files: 0, restartedAt: undefined };

async function scene() {
  const cluster = await startCluster();
  cluster.api.put(deployments, deployment());
  for (const name of ["a", "b", "c"]) cluster.api.put(pods, pod(name));
  return { ...cluster, ...edgeOf(cluster) };
}

function edgeOf({ client }: Cluster) {
  const facts = createEventLog<FleetFact>();
  const paces = { retryMs: 20, gatherMs: 5, beatMs: 100 };
  const edge = createFleetEdge(client, target, paces, (fact) => facts.add(fact));
  onTestFinished(edge.leave);
  const view = (fits: (view: Extract<FleetFact, { on: "fleet-seen" }>["view"]) => boolean) =>
    facts.until((fact) => fact.on === "fleet-seen" && fits(fact.view));
  const unseen = (words: string) =>
    facts.until((fact) => fact.on === "fleet-unseen" && fact.why.includes(words));
  return { edge, facts, view, unseen };
}

test("tells the workload and its pods, and each change once", async () => {
  const { api, edge, facts, view } = await scene();
  edge.watch(1);
  await view(({ pods: { length } }) => length === 3);
  api.remove(pods, "b");
  await view(({ pods: { length } }) => length === 2);
  expect(facts.all.filter(({ on }) => on === "fleet-seen")).toHaveLength(2);
});

test("rolls out by a ConfigMap of its own and two fields of the template", async () => {
  const { api, edge, view } = await scene();
  edge.watch(1);
  const order = await edge.rollOut(rolled);
  expect(order).toEqual({ is: "told", revision: 2 });
  expect(api.get(configMaps, "otel-0123456789")).toMatchObject({
    immutable: true,
    data: { "relay.yaml": "receivers: {}\n" },
    metadata: { ownerReferences: [{ kind: "Deployment", name: "otel", uid: "uid-of-otel" }] },
  });
  const { spec } = deployment() as { spec: { template: { spec: { containers: unknown } } } };
  expect(api.get(deployments, "otel")?.spec).toMatchObject({
    replicas: 3,
    template: {
      metadata: { labels: { app: "otel" }, annotations: { "opampsupervisor/config-hash": hash } },
      spec: {
        containers: spec.template.spec.containers,
        volumes: [
          { name: "config", configMap: { name: "otel-0123456789" } },
          { name: "other", emptyDir: {} },
        ],
      },
    },
  });
  await view((one) => one.hash === hash && one.revision === 2);
  const patches = api.requests.filter(({ method }) => method === "PATCH");
  expect(patches.map(({ path }) => path.split("?")[0])).toEqual([
    `${configMaps}/otel-0123456789`,
    `${deployments}/otel`,
  ]);
});

test("the same again changes nothing, and a restart changes one annotation", async () => {
  const { edge } = await scene();
  await edge.rollOut(rolled);
  expect(await edge.rollOut(rolled)).toEqual({ is: "told", revision: 2 });
  const restarted = { ...rolled, restartedAt: "2026-01-01T00:00:00Z" };
  expect(await edge.rollOut(restarted)).toEqual({ is: "told", revision: 3 });
  // What follows keeps it: to leave it out would replace every pod once more.
  expect(await edge.rollOut(rolled)).toEqual({ is: "told", revision: 3 });
});

test.each([
  [403, "refused"],
  [409, "refused"],
  [422, "refused"],
  [401, "unreached"],
  [429, "unreached"],
  [503, "unreached"],
])("status %i of the template's change is %s, and the ConfigMap does no harm", async (code, is) => {
  const { api, edge } = await scene();
  api.fault = (method, path) =>
    method === "PATCH" && path.startsWith(deployments)
      ? { code, reason: "Some", message: "told so" }
      : undefined;
  const order = await edge.rollOut(rolled);
  expect(order).toMatchObject({ is, why: expect.stringContaining("told so") as string });
  expect(api.get(deployments, "otel")?.metadata.generation).toBe(1);
  api.fault = () => undefined;
  expect((await edge.rollOut(rolled)).is).toBe("told");
});

test("what GitOps keeps is left alone", async () => {
  const { api, edge } = await scene();
  const annotations = { "argocd.argoproj.io/tracking-id": "x" };
  api.put(deployments, { ...deployment(), metadata: { name: "otel", annotations } });
  expect(await edge.rollOut(rolled)).toMatchObject({
    is: "refused",
    why: expect.stringContaining("Argo CD") as string,
  });
  expect(api.requests.some(({ method }) => method === "PATCH")).toBe(false);
});

test("a configuration that needs our files is refused", async () => {
  const { edge } = await scene();
  expect(await edge.rollOut({ ...rolled, files: 1 })).toMatchObject({ is: "refused" });
});

test("a pod that crashes is told with its last words, which are read once", async () => {
  const { api, edge, view } = await scene();
  edge.watch(1);
  await view(({ pods: { length } }) => length === 3);
  const crashed = {
    conditions: [],
    containerStatuses: [
      {
        ...{ name: "collector", restartCount: 1 },
        state: { waiting: { reason: "CrashLoopBackOff" } },
        lastState: { terminated: { exitCode: 1, reason: "Error" } },
      },
    ],
  };
  const log = "2026-01-01 info starting\nError: cannot start pipelines: no such exporter\n";
  api.put(pods, { ...pod("b", crashed), log });
  await view(
    ({ pods: [first] }) =>
      first?.name === "b" && first.lastLines.join().includes("no such exporter"),
  );
  api.put(pods, { ...pod("b", { ...crashed, phase: "Pending" }), log });
  api.remove(pods, "c");
  await view(({ pods: { length } }) => length === 2);
  const reads = api.requests.filter(({ path }) => path.includes("/b/log"));
  expect(reads).toHaveLength(1);
  expect(reads[0]?.path).toContain("previous=true");
});

test("a server that goes away is told, and what is there when it is back", async () => {
  const { api, edge, facts, view, unseen } = await scene();
  edge.watch(1);
  await view(() => true);
  await api.stop();
  await unseen("ECONNREFUSED");
  await api.start();
  await facts.until(({ on }) => on === "fleet-seen", 2);
});

test("a workload that is not there, and one that comes", async () => {
  const cluster = await startCluster();
  const { edge, view, unseen } = edgeOf(cluster);
  edge.watch(1);
  await unseen("there is no deployment otel in namespace monitoring");
  cluster.api.put(deployments, deployment());
  await view(() => true);
  cluster.api.remove(deployments, "otel");
  await unseen("there is no deployment otel");
});

test("a right that is missing is told in a sentence, and all goes on when it is there", async () => {
  const cluster = await startCluster();
  cluster.api.put(deployments, deployment());
  const { edge, view, unseen } = edgeOf(cluster);
  const forbidden = { code: 403, reason: "Forbidden", message: "pods is forbidden" };
  cluster.api.fault = (_, path) => (path.startsWith(pods) ? forbidden : undefined);
  edge.watch(1);
  await unseen("pods is forbidden; add that right to the Role");
  cluster.api.fault = () => undefined;
  await view(() => true);
});

test("of old ConfigMaps the newest ten are kept, and all that pods use", async () => {
  const { api, edge, view } = await scene();
  for (let index = 10; index < 25; index += 1) {
    const metadata = { name: `otel-old-${index}`, creationTimestamp: `2025-01-${index}T00:00:00Z` };
    api.put(configMaps, { metadata });
  }
  const used = { volumes: [{ name: "config", configMap: { name: "otel-old-10" } }] };
  api.put(pods, { ...pod("a"), spec: used });
  edge.watch(1);
  await view(({ pods: { length } }) => length === 3);
  await edge.rollOut(rolled);
  const left = () => api.names(configMaps).filter((name) => name.startsWith("otel-old"));
  await expect.poll(() => left().length).toBe(11);
  expect(left()).toContain("otel-old-10");
  expect(left()).not.toContain("otel-old-11");
});
