import { expect, test } from "vitest";
import type { Pod, Workload } from "../../../src/kubernetes/objects.ts";
import { fleetView, mostMissing, selectorText } from "../../../src/supervisor/fleet/fleet-view.ts";
import { deployment, pod, target } from "../../helpers/kubernetes/cluster.ts";

const hash = "0123456789abcdef";

function withTemplate(annotated: string, configMap: string): Workload {
  const template = {
    metadata: { annotations: { "opampsupervisor/config-hash": annotated } },
    spec: { volumes: [{ name: "config", configMap: { name: configMap } }] },
  };
  return { ...deployment(), spec: { replicas: 3, template } };
}

test("the template names a configuration of ours when annotation and volume agree", () => {
  expect(fleetView(deployment() as Workload, [], target).hash).toBeUndefined();
  expect(fleetView(withTemplate(hash, "otel-0123456789"), [], target).hash).toBe(hash);
  // Somebody has applied the original manifest again.
  expect(fleetView(withTemplate(hash, "otel"), [], target).hash).toBeUndefined();
});

test("a DaemonSet counts nodes", () => {
  const status = {
    desiredNumberScheduled: 5,
    updatedNumberScheduled: 2,
    currentNumberScheduled: 5,
    numberAvailable: 4,
  };
  const view = fleetView({ status }, [], { ...target, kind: "daemonset" });
  expect(view).toMatchObject({ wanted: 5, updated: 2, total: 5, available: 4, mayLack: 1 });
});

test("counts of an earlier template are known as such", () => {
  const old = { ...deployment(), metadata: { generation: 4 } } as Workload;
  expect(fleetView(old, [], target)).toMatchObject({ revision: 4, observed: false });
});

test("the progress deadline of Kubernetes is told", () => {
  const conditions = [
    {
      type: "Progressing",
      status: "False",
      reason: "ProgressDeadlineExceeded",
      message: "timed out",
    },
  ];
  const late = { ...deployment(), status: { conditions } } as Workload;
  expect(fleetView(late, [], target).stuck).toBe("timed out");
});

test("of many pods those in trouble are told first, and those that are leaving not at all", () => {
  const many = Array.from({ length: 200 }, (_, index) => pod(`pod-${index}`));
  const ill = pod("ill", { conditions: [] });
  const leaving = { metadata: { name: "leaving", deletionTimestamp: "now" }, status: {} };
  const { pods } = fleetView(deployment(), [...many, ill, leaving] as Pod[], target);
  expect(pods).toHaveLength(50);
  expect(pods[0]?.name).toBe("ill");
  expect(pods.some(({ name }) => name === "leaving")).toBe(false);
});

test.each([
  ["deployment", "25%", 10, 2],
  ["deployment", undefined, 3, 0],
  ["daemonset", "25%", 10, 3],
  ["daemonset", undefined, 10, 1],
  ["deployment", 4, 10, 4],
] as const)(
  "a %s with maxUnavailable %s may lack of %i pods %i",
  (kind, maxUnavailable, wanted, most) => {
    const strategy = maxUnavailable === undefined ? {} : { rollingUpdate: { maxUnavailable } };
    const spec = { strategy, updateStrategy: strategy };
    expect(mostMissing({ spec }, { ...target, kind }, wanted)).toBe(most);
  },
);

test("a selector becomes a query", () => {
  const matchExpressions = [
    { key: "tier", operator: "In", values: ["a", "b"] },
    { key: "old", operator: "DoesNotExist" },
    { key: "new", operator: "Exists" },
    { key: "zone", operator: "NotIn", values: ["c"] },
  ];
  expect(selectorText({ matchLabels: { app: "otel" }, matchExpressions })).toBe(
    "app=otel,tier in (a,b),!old,new,zone notin (c)",
  );
});
