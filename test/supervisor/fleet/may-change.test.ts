import { expect, test } from "vitest";
import type { Workload } from "../../../src/kubernetes/objects.ts";
import { refusal } from "../../../src/supervisor/fleet/may-change.ts";
import { deployment, target } from "../../helpers/kubernetes/cluster.ts";

const workload = deployment() as Workload;
const volumes = {
  "f:spec": {
    "f:template": {
      "f:spec": { "f:volumes": { 'k:{"name":"config"}': { "f:configMap": { "f:name": {} } } } },
    },
  },
};

function withMetadata(metadata: object): Workload {
  return { ...workload, metadata: { name: "otel", ...metadata } };
}

function withSpec(spec: object): Workload {
  return { ...workload, spec: { ...workload.spec, ...spec } };
}

test("a workload of which nobody else is in charge may be changed", () => {
  expect(refusal(workload, target)).toBeUndefined();
});

test.each([
  [{ annotations: { "argocd.argoproj.io/tracking-id": "x" } }, "Argo CD"],
  [{ labels: { "kustomize.toolkit.fluxcd.io/name": "x" } }, "Flux"],
  [{ labels: { "helm.toolkit.fluxcd.io/name": "x" } }, "Flux"],
  [
    { managedFields: [{ manager: "argocd-controller", operation: "Apply", fieldsV1: volumes }] },
    "Argo CD (field manager argocd-controller)",
  ],
])("%j is kept by GitOps", (metadata, by) => {
  expect(refusal(withMetadata(metadata), target)).toContain(`is kept by ${by}`);
});

test("what GitOps keeps of the number of pods alone is no matter of ours", () => {
  const fieldsV1 = { "f:spec": { "f:replicas": {} } };
  const managedFields = [{ manager: "argocd-controller", operation: "Apply", fieldsV1 }];
  expect(refusal(withMetadata({ managedFields }), target)).toBeUndefined();
});

test.each([
  [{ paused: true }, "is paused"],
  [{ strategy: { type: "Recreate" } }, "may be without all of its 3 pods"],
  [{ strategy: { rollingUpdate: { maxUnavailable: "100%" } } }, "may be without all of its 3 pods"],
  [
    { template: { spec: { containers: [{ name: "collector" }], volumes: [] } } },
    "configMap.name: otel",
  ],
])("%j is refused", (spec, why) => {
  expect(refusal(withSpec(spec), target)).toContain(why);
});

test("one pod alone may be replaced by any strategy", () => {
  expect(
    refusal(withSpec({ replicas: 1, strategy: { type: "Recreate" } }), target),
  ).toBeUndefined();
});

test.each([
  ["daemonset", { updateStrategy: { type: "OnDelete" } }, "OnDelete"],
  ["statefulset", { updateStrategy: { rollingUpdate: { partition: 2 } } }, "partition"],
] as const)("a %s with %j is refused", (kind, spec, why) => {
  expect(refusal(withSpec(spec), { ...target, kind })).toContain(why);
});

test("of several containers one has to be named", () => {
  const containers = [{ name: "collector" }, { name: "proxy" }];
  const both = withSpec({ template: { spec: { ...workload.spec?.template?.spec, containers } } });
  expect(refusal(both, target)).toContain("one of collector, proxy");
  expect(refusal(both, { ...target, container: "collector" })).toBeUndefined();
  expect(refusal(both, { ...target, container: "typo" })).toContain("one of collector, proxy");
});

test("a field that somebody else applies is taken over only where that is wanted", () => {
  const managedFields = [{ manager: "kubectl", operation: "Apply", fieldsV1: volumes }];
  const applied = withMetadata({ managedFields });
  expect(refusal(applied, target)).toContain("agent.kubernetes.take_over: true");
  expect(refusal(applied, { ...target, takeOver: true })).toBeUndefined();
  const ours = [{ manager: "opampsupervisor", operation: "Apply", fieldsV1: volumes }];
  expect(refusal(withMetadata({ managedFields: ours }), target)).toBeUndefined();
});
