import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import {
  helmTemplate,
  kustomize,
  validate,
  whyNoManifests,
} from "../helpers/containers/manifest-tools.ts";
import { brief, createFolder } from "../supervisor/settings/fixture-folder.ts";

const repository = join(import.meta.dirname, "../..");
const chart = join(repository, "packaging/helm/opampsupervisor");
const endpoint = "server.endpoint=wss://opamp.example.com/v1/opamp";
const reason = whyNoManifests();
if (reason !== undefined) process.stdout.write(`No manifests are validated: ${reason}.\n`);

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly initContainers?: readonly ContainerSpec[];
  readonly containers: readonly ContainerSpec[];
}

interface ContainerSpec {
  readonly resources: { readonly limits: { readonly memory?: string } };
  readonly securityContext: Record<string, unknown>;
}

const shapes: readonly (readonly [string, () => string])[] = [
  ...["sidecar", "combined", "agent", "gateway"].map(
    (name) => [name, () => kustomize(join(repository, "packaging/kubernetes", name))] as const,
  ),
  ["the example", () => readFileSync(join(repository, "examples/sidecar/kubernetes.yaml"), "utf8")],
  ["the agent in EKS", () => kustomize(join(repository, "packaging/aws/eks"))],
  ["the chart", () => helmTemplate(chart, [endpoint])],
  [
    "the chart's Deployment",
    () =>
      helmTemplate(chart, [
        endpoint,
        "kind=Deployment",
        "autoscaler.enabled=true",
        "server.authorizationSecret=opamp",
      ]),
  ],
  [
    "the chart's StatefulSet",
    () => helmTemplate(chart, [endpoint, "kind=StatefulSet", "cluster=prod"]),
  ],
];

function manifestsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

/** What the supervisor itself would say of its settings in a ConfigMap. */
function mistakesIn(supervisorYaml: string): readonly string[] {
  const host = createFolder();
  for (const name of ["local.yaml", "probes.yaml", "authorization"]) host.write(name, "a: b\n");
  host.program("otelcol");
  const text = supervisorYaml
    .replaceAll("/etc/opampsupervisor/", "./")
    .replace("/etc/opamp/", "./")
    .replace("/usr/bin/otelcol", "./otelcol");
  const pod = { POD_NAMESPACE: "n", POD_NAME: "p", NODE_NAME: "m" };
  return brief(host.read(text, pod).problems);
}

describe.skipIf(reason !== undefined)("manifests", () => {
  test.each(shapes.map(([name, make]) => ({ name, make })))(
    "$name is what Kubernetes takes, and asks for as little as it can",
    ({ make }) => {
      const text = make();
      expect(validate(text)).toBe("");
      const manifests = manifestsIn(text);
      const pods = manifests.flatMap(({ spec }) => spec?.template?.spec ?? []);
      expect(pods).toHaveLength(1);
      for (const pod of pods) {
        expect(pod.automountServiceAccountToken).toBe(false);
        expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(20);
        for (const { resources, securityContext } of [
          ...(pod.initContainers ?? []),
          ...pod.containers,
        ]) {
          expect(resources.limits.memory).toMatch(/^\d+Mi$/);
          expect(securityContext).toMatchObject({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          });
        }
      }
      const settings = manifests.find(({ data }) => data !== undefined)?.data;
      expect(mistakesIn(settings?.["supervisor.yaml"] ?? "")).toEqual([]);
      expect(settings?.["local.yaml"]).toContain("memory_limiter");
      expect(settings?.["probes.yaml"]).toContain("0.0.0.0:13133");
    },
  );

  test("shapes share no name, so that they can be in one namespace, and an application keeps its network", () => {
    const [sidecar = [], ...others] = shapes
      .slice(0, 4)
      .map(([, make]) =>
        manifestsIn(make()).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      );
    const names = [sidecar, ...others].flat();
    expect(new Set(names).size).toBe(names.length);
    expect(sidecar.filter((name) => name.startsWith("NetworkPolicy"))).toEqual([]);
    expect(others.flat().filter((name) => name.startsWith("NetworkPolicy"))).toHaveLength(3);
  });

  test("a shape with a mistake is found", () => {
    const [, make] = shapes[1] ?? [];
    expect(validate((make?.() ?? "").replace("readinessProbe", "readynessProbe"))).toContain(
      "readynessProbe",
    );
  });

  test("the chart says what it lacks", () => {
    expect(helmTemplate(chart, [])).toContain("server.endpoint: the address of the OpAMP server");
    expect(helmTemplate(chart, [endpoint, "kind=Job"])).toContain("expected DaemonSet, Deployment");
  });

  test("an agent of a node, or of a StatefulSet, keeps its identity, and a pod of a Deployment has none to keep", () => {
    expect(helmTemplate(chart, [endpoint])).toContain(
      "instance_id_from: ${env:POD_NAMESPACE}/otel/${env:NODE_NAME}",
    );
    expect(helmTemplate(chart, [endpoint, "kind=StatefulSet", "cluster=prod"])).toContain(
      "instance_id_from: prod/${env:POD_NAMESPACE}/otel/${env:POD_NAME}",
    );
    expect(helmTemplate(chart, [endpoint, "kind=Deployment"])).not.toContain("instance_id_from");
  });
});
