import type { FleetView, PodView } from "../state/workload.ts";

/** What is to be said of a rollout now. */
export type Rollout =
  | { readonly is: "complete" }
  | { readonly is: "under-way"; readonly note: string }
  | { readonly is: "failed"; readonly why: string };

/** How many pods are missing. */
export function lackOf({ wanted, available }: FleetView): number {
  return Math.max(0, wanted - available);
}

/**
 * The rollout of a configuration. It is complete when every pod is of the newest template and no more are missing than
 * before it, and has failed when Kubernetes gives it up or the collectors of more pods than that end. A workload without
 * pods proves nothing.
 */
export function judgeRollout(view: FleetView, hash: string, lacked: number): Rollout {
  const { wanted, updated, total, stuck, observed } = view;
  if (!observed) return { is: "under-way", note: "Kubernetes has yet to begin the rollout" };
  const mayLack = lacked < wanted ? lacked : 0;
  const failed = view.pods.filter((pod) => pod.hash === hash && pod.failed);
  if (failed.length > mayLack) return { is: "failed", why: failureText(view, failed) };
  if (stuck !== undefined) {
    const troubled = view.pods.filter((pod) => pod.hash === hash && pod.trouble !== undefined);
    return { is: "failed", why: `${stuck}; ${failureText(view, troubled)}` };
  }
  if (wanted === 0) {
    return { is: "under-way", note: "the workload has no pods: it is tried when there are some" };
  }
  const whole = updated >= wanted && total <= wanted && lackOf(view) <= mayLack;
  return whole ? { is: "complete" } : { is: "under-way", note: progressText(view) };
}

/** How far a rollout is, for people. */
export function progressText({ wanted, updated, available }: FleetView): string {
  return `${Math.min(updated, wanted)} of ${wanted} pods have it, ${available} are available`;
}

/** A rollout that has come further than it was. */
export function gotOn(before: FleetView | undefined, now: FleetView): boolean {
  if (before === undefined || before.revision !== now.revision) return true;
  return (
    now.observed !== before.observed ||
    now.updated > before.updated ||
    now.available > before.available ||
    now.total < before.total
  );
}

/** Why a fleet is not well as a whole; undefined while no more pods are missing than may be. */
export function fleetTrouble(view: FleetView): string | undefined {
  const { wanted, available, mayLack } = view;
  if (wanted === 0) return "the workload is scaled to no pods";
  if (lackOf(view) <= Math.min(mayLack, wanted - 1)) return undefined;
  const [first] = view.pods.filter((pod) => pod.trouble !== undefined);
  const example = first === undefined ? "" : `; ${podText(first)}`;
  return `${available} of ${wanted} pods are available${example}`;
}

const shownPods = 2;

function failureText(view: FleetView, pods: readonly PodView[]): string {
  const progress = progressText(view);
  if (pods.length === 0) return progress;
  const texts = pods.slice(0, shownPods).map(podText);
  const more = pods.length > shownPods ? [`and ${pods.length - shownPods} more`] : [];
  return [progress, ...texts, ...more].join("; ");
}

function podText({ name, trouble, lastLines }: PodView): string {
  const lines = lastLines.length === 0 ? "" : `\n${lastLines.join("\n")}`;
  return `pod ${name}: ${trouble ?? "not ready"}${lines}`;
}
