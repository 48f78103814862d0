import type { FieldTree, KubernetesObject, Workload } from "../../kubernetes/objects.ts";
import { configVolume, mostMissing } from "./fleet-view.ts";
import { type FleetTarget, fieldManager } from "./names.ts";

/** Labels and annotations by which tools mark what they keep as it stands in Git. */
const marks: readonly (readonly [RegExp, string])[] = [
  [/^argocd\.argoproj\.io\/(tracking-id|instance)$/, "Argo CD"],
  [/^kustomize\.toolkit\.fluxcd\.io\/name$/, "Flux"],
  [/^helm\.toolkit\.fluxcd\.io\/name$/, "Flux"],
  [/^objectset\.rio\.cattle\.io\//, "Rancher Fleet"],
  [/^configsync\.gke\.io\//, "Config Sync"],
];

const managers: readonly (readonly [RegExp, string])[] = [
  [/^argocd/, "Argo CD"],
  [/^(kustomize|helm)-controller$/, "Flux"],
  [/^fleetagent|^fleet-agent/, "Rancher Fleet"],
  [/^configsync/, "Config Sync"],
];

/**
 * Why a configuration may not be rolled out to this workload, with what to do; undefined where it may. Nothing is done that
 * could end all of its pods, or that somebody else would undo.
 */
export function refusal(workload: Workload, target: FleetTarget): string | undefined {
  return (
    gitOpsOwner(workload, target) ??
    strategyFault(workload, target) ??
    volumeFault(workload, target) ??
    containerFault(workload, target) ??
    applyOwner(workload, target)
  );
}

function gitOpsOwner(workload: Workload, target: FleetTarget): string | undefined {
  const marked = markOf(workload);
  const owned = workload.metadata?.managedFields?.flatMap(({ manager = "", fieldsV1 = {} }) => {
    const tool = managers.find(([pattern]) => pattern.test(manager))?.[1];
    return tool !== undefined && setsTemplate(fieldsV1)
      ? [`${tool} (field manager ${manager})`]
      : [];
  });
  const by = marked ?? owned?.[0];
  if (by === undefined) return undefined;
  return `${nameOf(target)} is kept by ${by}, which would undo what the supervisor writes: change the configuration there, or take the workload out of it`;
}

function markOf({ metadata }: KubernetesObject): string | undefined {
  for (const [of, entries] of [
    ["label", metadata?.labels],
    ["annotation", metadata?.annotations],
  ] as const) {
    for (const key of Object.keys(entries ?? {})) {
      const tool = marks.find(([pattern]) => pattern.test(key))?.[1];
      if (tool !== undefined) return `${tool} (${of} ${key})`;
    }
  }
  return undefined;
}

function setsTemplate(fields: FieldTree): boolean {
  return fields["f:spec"]?.["f:template"] !== undefined;
}

function strategyFault(workload: Workload, target: FleetTarget): string | undefined {
  const { spec } = workload;
  const name = nameOf(target);
  if (spec?.paused === true) return `${name} is paused: nothing would be rolled out`;
  const strategy = target.kind === "deployment" ? spec?.strategy : spec?.updateStrategy;
  if (strategy?.type === "OnDelete") {
    return `${name} has updateStrategy OnDelete, with which nothing is rolled out: expected RollingUpdate`;
  }
  if ((strategy?.rollingUpdate?.partition ?? 0) > 0) {
    return `${name} has a partition in its updateStrategy, which leaves pods as they are: expected none`;
  }
  const wanted =
    target.kind === "daemonset"
      ? (workload.status?.desiredNumberScheduled ?? 0)
      : (spec?.replicas ?? 1);
  if (wanted < 2 || mostMissing(workload, target, wanted) < wanted) return undefined;
  return `${name} may be without all of its ${wanted} pods during a rollout (${strategy?.type === "Recreate" ? "strategy Recreate" : "maxUnavailable"}): a configuration that does not work would end them all; expected a RollingUpdate with a smaller maxUnavailable`;
}

function volumeFault(workload: Workload, target: FleetTarget): string | undefined {
  if (configVolume(workload, target) !== undefined) return undefined;
  const { configMap } = target;
  return `the pod template of ${nameOf(target)} has to have one volume with configMap.name: ${configMap}, which is then replaced by ${configMap}-HASH: none was found, or several (agent.kubernetes.config_map)`;
}

function containerFault({ spec }: Workload, target: FleetTarget): string | undefined {
  const names = (spec?.template?.spec?.containers ?? []).map(({ name = "" }) => name);
  const { container } = target;
  if (container === undefined && names.length === 1) return undefined;
  if (container !== undefined && names.includes(container)) return undefined;
  return `expected agent.kubernetes.container to name the collector's container of ${nameOf(target)}, one of ${names.join(", ")}`;
}

/** Somebody who applies the very field that we change would be in conflict with us, or take it back. */
function applyOwner(workload: Workload, target: FleetTarget): string | undefined {
  const volume = configVolume(workload, target)?.name ?? "";
  const other = workload.metadata?.managedFields?.find(
    ({ manager, operation, fieldsV1 = {} }) =>
      manager !== fieldManager && operation === "Apply" && setsConfigMap(fieldsV1, volume),
  );
  if (other === undefined || target.takeOver) return undefined;
  return `the volume ${volume} of ${nameOf(target)} is applied by the field manager ${other.manager ?? "unknown"}, which would be in conflict with the supervisor: write agent.kubernetes.take_over: true to take that one field over`;
}

function setsConfigMap(fields: FieldTree, volume: string): boolean {
  const volumes = fields["f:spec"]?.["f:template"]?.["f:spec"]?.["f:volumes"];
  return (
    volumes?.[`k:${JSON.stringify({ name: volume })}`]?.["f:configMap"]?.["f:name"] !== undefined
  );
}

function nameOf({ kind, name, namespace }: FleetTarget): string {
  return `${kind}/${name} in namespace ${namespace}`;
}
