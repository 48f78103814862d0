import type { Pod, Selector, Volume, Workload } from "../../kubernetes/objects.ts";
import type { FleetView, PodView } from "../core/state/workload.ts";
import { type FleetTarget, configMapName, hashAnnotation, isOurConfigMap } from "./names.ts";
import { podView } from "./pod-view.ts";

/** So many pods are told one by one; those in trouble first. */
const mostPods = 50;

/** A workload and its pods as the core sees them. */
export function fleetView(
  workload: Workload,
  pods: readonly Pod[],
  target: FleetTarget,
): FleetView {
  const { metadata, status } = workload;
  const counts = countsOf(workload, target);
  const views = pods
    .filter((pod) => pod.metadata?.deletionTimestamp === undefined)
    .map((pod) => podView(pod, target.container));
  return {
    revision: metadata?.generation ?? 0,
    observed: (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0),
    hash: templateHash(workload, target),
    ...counts,
    mayLack: mostMissing(workload, target, counts.wanted),
    stuck: stuckBecause(workload),
    pods: views.toSorted(byTrouble).slice(0, mostPods),
  };
}

function byTrouble(one: PodView, other: PodView): number {
  const rank = ({ failed, ready }: PodView): number => (failed ? 0 : ready ? 2 : 1);
  return rank(one) - rank(other) || (one.name < other.name ? -1 : 1);
}

/** The configuration that the template gives its pods: only where annotation and volume agree it is one of ours. */
function templateHash(workload: Workload, target: FleetTarget): string | undefined {
  const hash = workload.spec?.template?.metadata?.annotations?.[hashAnnotation];
  if (hash === undefined) return undefined;
  const volume = configVolume(workload, target);
  return volume?.configMap?.name === configMapName(target.configMap, hash) ? hash : undefined;
}

/** The volume that holds the configuration: the only one whose ConfigMap has a name of ours. */
export function configVolume({ spec }: Workload, { configMap }: FleetTarget): Volume | undefined {
  const volumes = (spec?.template?.spec?.volumes ?? []).filter((volume) =>
    isOurConfigMap(configMap, volume.configMap?.name ?? ""),
  );
  return volumes.length === 1 ? volumes[0] : undefined;
}

function countsOf(
  { spec, status = {} }: Workload,
  { kind }: FleetTarget,
): Pick<FleetView, "wanted" | "updated" | "total" | "available"> {
  if (kind === "daemonset") {
    return {
      wanted: status.desiredNumberScheduled ?? 0,
      updated: status.updatedNumberScheduled ?? 0,
      total: status.currentNumberScheduled ?? 0,
      available: status.numberAvailable ?? 0,
    };
  }
  return {
    wanted: spec?.replicas ?? 1,
    updated: status.updatedReplicas ?? 0,
    total: status.replicas ?? 0,
    available: status.availableReplicas ?? 0,
  };
}

/** How many pods a rollout may take away at a time. */
export function mostMissing({ spec }: Workload, { kind }: FleetTarget, wanted: number): number {
  const strategy = kind === "deployment" ? spec?.strategy : spec?.updateStrategy;
  if (strategy?.type === "Recreate") return wanted;
  const written = strategy?.rollingUpdate?.maxUnavailable ?? (kind === "deployment" ? "25%" : 1);
  if (typeof written === "number") return written;
  const share = (wanted * Number.parseInt(written, 10)) / 100;
  return kind === "deployment" ? Math.floor(share) : Math.ceil(share);
}

function stuckBecause({ status }: Workload): string | undefined {
  const progressing = status?.conditions?.find(({ type }) => type === "Progressing");
  if (progressing?.status !== "False" || progressing.reason !== "ProgressDeadlineExceeded")
    return undefined;
  return progressing.message ?? "the progress deadline has passed";
}

/** A selector as a query has it. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: Selector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key = "", operator, values = [] }) => {
    switch (operator) {
      case "In":
        return `${key} in (${values.join(",")})`;
      case "NotIn":
        return `${key} notin (${values.join(",")})`;
      case "DoesNotExist":
        return `!${key}`;
      default:
        return key;
    }
  });
  return [...labels, ...expressions].join(",");
}
