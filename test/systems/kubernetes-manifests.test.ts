import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { helmTemplate, kustomize, whyNoManifests } from "../helpers/containers/manifest-tools.ts";
import { noRealApi, startRealApi } from "../helpers/kubernetes/real-api.ts";

const repository = join(import.meta.dirname, "../..");
const chart = join(repository, "packaging/helm/opampsupervisor");
const endpoint = "server.endpoint=wss://opamp.example.com/v1/opamp";
const reason = noRealApi ?? whyNoManifests();

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Resource {
  readonly kind: string;
  readonly name: string;
  readonly namespaced: boolean;
}

const shapes: readonly (readonly [string, () => string])[] = [
  ...["sidecar", "combined", "agent", "gateway", "mode", "standby"].map(
    (name) => [name, () => kustomize(join(repository, "packaging/kubernetes", name))] as const,
  ),
  ["the example", () => readFileSync(join(repository, "examples/sidecar/kubernetes.yaml"), "utf8")],
  ["the agent in EKS", () => kustomize(join(repository, "packaging/aws/eks"))],
  ...[
    [],
    ["kind=Deployment", "autoscaler.enabled=true", "server.authorizationSecret=opamp"],
    ["kind=StatefulSet", "cluster=prod", "server.authorizationSecret=opamp"],
  ].map(
    (wishes) =>
      [`the chart ${wishes.join(" ")}`, () => helmTemplate(chart, [endpoint, ...wishes])] as const,
  ),
];

test.skipIf(reason !== undefined)(
  `a real API server takes every shape and the chart, and knows each of their fields${reason === undefined ? "" : ` (${reason})`}`,
  async () => {
    const { admin } = await startRealApi();
    const kinds = new Map<string, readonly Resource[]>();
    const pathOf = async ({ apiVersion, kind }: Manifest): Promise<string> => {
      const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      if (!kinds.has(group)) {
        const answer = await admin("GET", group);
        const { resources } = JSON.parse(answer.is === "done" ? answer.text : "{}") as {
          readonly resources?: readonly Resource[];
        };
        kinds.set(group, resources ?? []);
      }
      const found = kinds.get(group)?.find((one) => one.kind === kind && !one.name.includes("/"));
      expect(found, `${apiVersion} ${kind} is known`).toBeDefined();
      const where = found?.namespaced === true ? "/namespaces/monitoring" : "";
      return `${group}${where}/${found?.name ?? ""}?dryRun=All&fieldValidation=Strict`;
    };
    const faults: string[] = [];
    const judge = async (shape: string, manifest: Manifest): Promise<void> => {
      const answer = await admin("POST", await pathOf(manifest), manifest);
      if (answer.is === "done") return;
      const why = answer.is === "refused" ? answer.problem.message : answer.why;
      faults.push(`${shape}: ${manifest.kind} ${manifest.metadata.name}: ${why}`);
    };
    for (const [shape, make] of shapes) {
      const manifests = parseAllDocuments(make()).flatMap(
        (document) => (document.toJS() as Manifest | null) ?? [],
      );
      expect(manifests.length, shape).toBeGreaterThan(1);
      for (const manifest of manifests) await judge(shape, manifest);
    }
    expect(faults).toEqual([]);

    // It is strict: a field that nobody knows is found, at any depth.
    const [account] = parseAllDocuments(kustomize(join(repository, "packaging/kubernetes/mode")))
      .map((document) => document.toJS() as Manifest)
      .filter(({ kind }) => kind === "Deployment");
    const slip = JSON.parse(
      JSON.stringify(account).replaceAll("timeoutSeconds", "timeoutSecond"),
    ) as Manifest;
    await judge("a slip", slip);
    expect(faults.join()).toContain("timeoutSecond");
  },
);
