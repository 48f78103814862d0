import type { Workload } from "../../kubernetes/objects.ts";
import {
  type FleetTarget,
  configMapName,
  hashAnnotation,
  restartAnnotation,
  workloadKinds,
  workloadLabel,
} from "./names.ts";

/** What is to be rolled out. */
export interface RolloutContent {
  readonly hash: string;
  readonly text: string;
  /** When every pod is to be replaced even where nothing else has changed. */
  readonly restartedAt: string | undefined;
}

/**
 * The ConfigMap of one configuration. It never changes, so that a pod of the former template that is restarted in the middle
 * of a rollout gets what it had; it goes with the workload.
 */
export function configMapManifest(
  target: FleetTarget,
  { metadata }: Workload,
  { hash, text }: RolloutContent,
): unknown {
  const { kind } = workloadKinds[target.kind];
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: configMapName(target.configMap, hash),
      namespace: target.namespace,
      labels: { [workloadLabel]: labelOf(target) },
      annotations: { [hashAnnotation]: hash },
      ownerReferences: [
        { apiVersion: "apps/v1", kind, name: target.name, uid: metadata?.uid ?? "" },
      ],
    },
    immutable: true,
    data: { [target.key]: text },
  };
}

/** What of the workload is ours: one field of one volume, and annotations of the template. */
export function workloadManifest(
  target: FleetTarget,
  { metadata, spec }: Workload,
  volume: string,
  { hash, restartedAt }: RolloutContent,
): unknown {
  const before = spec?.template?.metadata?.annotations?.[restartAnnotation];
  const restarted = restartedAt ?? before;
  return {
    apiVersion: "apps/v1",
    kind: workloadKinds[target.kind].kind,
    // With the uid nothing is made where somebody has just removed it.
    metadata: { name: target.name, namespace: target.namespace, uid: metadata?.uid },
    spec: {
      template: {
        metadata: {
          annotations: {
            [hashAnnotation]: hash,
            ...(restarted === undefined ? {} : { [restartAnnotation]: restarted }),
          },
        },
        spec: {
          volumes: [{ name: volume, configMap: { name: configMapName(target.configMap, hash) } }],
        },
      },
    },
  };
}

/** The value of the label that all ConfigMaps of a workload have; a label has 63 characters at most. */
export function labelOf({ kind, name }: FleetTarget): string {
  return `${kind}.${name}`.slice(0, 63).replace(/[^A-Za-z0-9]+$/, "");
}

/** So many ConfigMaps are kept beside those in use, for a person who wants to go back by hand. */
const keptConfigMaps = 10;

/** The names of ConfigMaps that nobody needs any more. */
export function superfluous(
  found: readonly { readonly name: string; readonly made: string }[],
  used: ReadonlySet<string>,
): readonly string[] {
  return found
    .filter(({ name }) => !used.has(name))
    .toSorted((one, other) => (one.made < other.made ? 1 : -1))
    .slice(keptConfigMaps)
    .map(({ name }) => name);
}
