import type { ContainerState, Pod } from "../../kubernetes/objects.ts";
import type { PodView } from "../core/state/workload.ts";
import { hashAnnotation } from "./names.ts";

/** A container that waits for one of these cannot be started with what it was given. */
const hopeless = new Set([
  "CrashLoopBackOff",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "StartError",
]);

/** One pod as the core sees it, without its last words. */
export function podView(pod: Pod, container: string | undefined): PodView {
  const { metadata, status } = pod;
  const one = containerStatus(pod, container);
  const ended = endOf(one?.state, one?.restartCount === 0 ? undefined : one?.lastState);
  const waiting = one?.state?.waiting;
  const failed = ended !== undefined || hopeless.has(waiting?.reason ?? "");
  const ready = conditionOf(pod, "Ready")?.status === "True";
  return {
    name: metadata?.name ?? "",
    hash: metadata?.annotations?.[hashAnnotation],
    ready,
    failed: failed && status?.reason !== "Evicted",
    trouble: ready ? undefined : troubleOf(pod, waiting, ended),
    lastLines: [],
  };
}

/** How often its collector was started again; with the name of the pod it tells one end from the next. */
export function restartsOf(pod: Pod, container: string | undefined): number {
  return containerStatus(pod, container)?.restartCount ?? 0;
}

/** True where what it said last belongs to the container before the one that is there. */
export function saidBefore(pod: Pod, container: string | undefined): boolean {
  const one = containerStatus(pod, container);
  return one?.state?.terminated === undefined && (one?.restartCount ?? 0) > 0;
}

function containerStatus({ status }: Pod, container: string | undefined) {
  const all = status?.containerStatuses ?? [];
  return container === undefined ? all[0] : all.find(({ name }) => name === container);
}

/** The end of the collector in words. An end that only its node knows of is none of its own. */
function endOf(now: ContainerState | undefined, before: ContainerState | undefined) {
  const { terminated } = now?.terminated === undefined ? (before ?? {}) : now;
  if (terminated === undefined) return undefined;
  const { exitCode = 0, reason = "", message = "", signal } = terminated;
  if (exitCode === 255 && reason === "Unknown") return undefined;
  if (reason === "ContainerStatusUnknown") return undefined;
  const how = signal === undefined || signal === 0 ? `exit code ${exitCode}` : `signal ${signal}`;
  const why = [reason === "Error" || reason === "" ? "" : reason, message].filter(
    (text) => text !== "",
  );
  return `the collector ended with ${how}${why.length === 0 ? "" : ` (${why.join(": ")})`}`;
}

function troubleOf(
  pod: Pod,
  waiting: ContainerState["waiting"],
  ended: string | undefined,
): string {
  const waits =
    waiting === undefined ||
    waiting.reason === "ContainerCreating" ||
    waiting.reason === "PodInitializing"
      ? undefined
      : `${waiting.reason ?? "it waits"}${waiting.message === undefined ? "" : ` (${waiting.message})`}`;
  const { reason, message } = pod.status ?? {};
  const gone =
    reason === undefined ? undefined : `${reason}${message === undefined ? "" : `: ${message}`}`;
  const known = [ended, waits, gone].filter((text) => text !== undefined);
  if (known.length > 0) return known.join("; ");
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") return scheduled.message ?? "no node has room for it";
  return conditionOf(pod, "Ready")?.message ?? "it is being started";
}

function conditionOf({ status }: Pod, type: string) {
  return status?.conditions?.find((condition) => condition.type === type);
}
