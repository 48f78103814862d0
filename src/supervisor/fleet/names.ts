/** Who we are among those who set fields of objects. */
export const fieldManager = "opampsupervisor";

/** The annotation of pod templates and pods that names the configuration by its hash. */
export const hashAnnotation = "opampsupervisor/config-hash";

/** The annotation of pod templates that a restart changes. */
export const restartAnnotation = "opampsupervisor/restarted-at";

/** The label of all ConfigMaps that belong to one workload. */
export const workloadLabel = "opampsupervisor/workload";

/** The name of the ConfigMap that holds the configuration with this hash: each has one of its own, which never changes. */
export function configMapName(prefix: string, hash: string): string {
  return `${prefix}-${hash.slice(0, 10)}`;
}

/** True of a name that we make, and of the one that was there before us. */
export function isOurConfigMap(prefix: string, name: string): boolean {
  return (
    name === prefix ||
    (name.startsWith(`${prefix}-`) && /^[0-9a-f]{10}$/.test(name.slice(prefix.length + 1)))
  );
}

/** The kinds of workloads, as the API and its paths name them. */
export const workloadKinds = {
  deployment: { kind: "Deployment", plural: "deployments" },
  daemonset: { kind: "DaemonSet", plural: "daemonsets" },
  statefulset: { kind: "StatefulSet", plural: "statefulsets" },
} as const;

export type WorkloadKind = keyof typeof workloadKinds;

/** The workload and what of it we change. */
export interface FleetTarget {
  readonly namespace: string;
  readonly kind: WorkloadKind;
  readonly name: string;
  /** The name that the pod template's volume has before us, and the beginning of the names that we make. */
  readonly configMap: string;
  /** The key in it, which is the name of the file. */
  readonly key: string;
  /** The collector's container; undefined: the only one. */
  readonly container: string | undefined;
  /** Fields that somebody else applies are taken from them. */
  readonly takeOver: boolean;
}
