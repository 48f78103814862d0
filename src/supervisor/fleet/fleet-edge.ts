import { errorLines } from "../../agent/output/error-lines.ts";
import type { ApiClient } from "../../kubernetes/api-client.ts";
import { follow } from "../../kubernetes/follow.ts";
import type { KubernetesObject, Pod, Workload } from "../../kubernetes/objects.ts";
import { problemText } from "../../kubernetes/answer-text.ts";
import { redact } from "../../redact.ts";
import type { FleetView, RolloutOrder } from "../core/state/workload.ts";
import { fleetView, selectorText } from "./fleet-view.ts";
import { type FleetTarget, workloadKinds } from "./names.ts";
import { restartsOf, saidBefore } from "./pod-view.ts";
import { type Rolled, rollOut } from "./roll-out.ts";

export type FleetFact =
  | { readonly on: "fleet-seen"; readonly run: number; readonly view: FleetView }
  | { readonly on: "fleet-unseen"; readonly run: number; readonly why: string };

/** Sees a workload and its pods, and has configurations rolled out to them; decides nothing. */
export interface FleetEdge {
  /** Tells from here on what is seen, under this run. */
  readonly watch: (run: number) => void;
  readonly rollOut: (rolled: Rolled) => Promise<RolloutOrder>;
  readonly leave: () => void;
}

/** How often things are looked at; milliseconds. */
export interface FleetPaces {
  readonly retryMs: number;
  /** Changes so close upon each other are told as one. */
  readonly gatherMs: number;
  /** The workload is asked for so often beside the watch, whose silence may be that of a dead connection. */
  readonly beatMs: number;
}

/** Makes the edge for one workload. */
export function createFleetEdge(
  client: ApiClient,
  target: FleetTarget,
  paces: FleetPaces,
  post: (fact: FleetFact) => void,
): FleetEdge {
  const over = new AbortController();
  const { namespace, kind, name } = target;
  const workloads = `/apis/apps/v1/namespaces/${namespace}/${workloadKinds[kind].plural}`;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const blind = new Set<string>();
  const lastWords = new Map<string, readonly string[]>();
  let run = 0;
  let workload: Workload | undefined;
  let podsNow: ReadonlyMap<string, Pod> | undefined;
  let told = "";
  let gathering = false;

  const unseen = (source: string, why: string): void => {
    if (over.signal.aborted) return;
    blind.add(source);
    told = "";
    post({ on: "fleet-unseen", run, why: redact(why) });
  };
  const look = (): void => {
    if (gathering) return;
    gathering = true;
    setTimeout(() => void tell(), paces.gatherMs).unref();
  };
  const tell = async (): Promise<void> => {
    gathering = false;
    if (workload === undefined || podsNow === undefined || blind.size > 0) return;
    const view = await withLastWords(fleetView(workload, [...podsNow.values()], target));
    const text = JSON.stringify(view);
    if (over.signal.aborted || blind.size > 0 || text === told) return;
    told = text;
    post({ on: "fleet-seen", run, view });
  };
  const withLastWords = async (view: FleetView): Promise<FleetView> => {
    const failed = view.pods.filter((pod) => pod.failed).slice(0, mostLogs);
    for (const { name: podName } of failed) {
      const pod = podsNow?.get(podName);
      if (pod !== undefined) await readLastWords(pod, podName);
    }
    return {
      ...view,
      pods: view.pods.map((pod) => {
        const lines = lastWords.get(
          `${pod.name} ${restartsOf(podsNow?.get(pod.name) ?? {}, target.container)}`,
        );
        return pod.failed && lines !== undefined ? { ...pod, lastLines: lines } : pod;
      }),
    };
  };
  const readLastWords = async (pod: Pod, podName: string): Promise<void> => {
    const key = `${podName} ${restartsOf(pod, target.container)}`;
    if (lastWords.has(key)) return;
    if (lastWords.size > mostKept) lastWords.clear();
    const container =
      target.container === undefined ? "" : `&container=${encodeURIComponent(target.container)}`;
    const previous = saidBefore(pod, target.container) ? "&previous=true" : "";
    const query = `tailLines=${tailLines}&limitBytes=${tailBytes}${container}${previous}`;
    const answer = await client.request({ method: "GET", path: `${pods}/${podName}/log?${query}` });
    // Without its words the pod's own state says how it ended.
    const lines = answer.is === "done" ? errorLines(answer.text).map(redact) : [];
    lastWords.set(key, lines);
  };
  const sink = (
    source: string,
    seen: (objects: ReadonlyMap<string, KubernetesObject>) => void,
  ) => ({
    seen: (objects: ReadonlyMap<string, KubernetesObject>) => {
      blind.delete(source);
      seen(objects);
    },
    unseen: (why: string) => unseen(source, why),
  });
  let followsPods = false;
  const takeWorkload = (found: Workload | undefined): void => {
    if (found === undefined) {
      workload = undefined;
      return unseen("workload", `there is no ${kind} ${name} in namespace ${namespace}`);
    }
    workload = found;
    blind.delete("workload");
    if (!followsPods) followPods(found);
    look();
  };
  const followPods = ({ spec }: Workload): void => {
    followsPods = true;
    const selector = `labelSelector=${encodeURIComponent(selectorText(spec?.selector ?? {}))}`;
    const followed = { path: pods, selector, retryMs: paces.retryMs };
    const seen = sink("pods", (objects) => {
      podsNow = new Map(objects as ReadonlyMap<string, Pod>);
      look();
    });
    void follow(client, followed, seen, over.signal);
  };
  const beat = async (): Promise<void> => {
    const answer = await client.request({ method: "GET", path: `${workloads}/${name}` });
    if (over.signal.aborted) return;
    if (answer.is === "done") {
      if (blind.delete("beat")) look();
    } else if (answer.is === "unreached") unseen("beat", problemText(answer));
    setTimeout(() => void beat(), blind.has("beat") ? paces.retryMs : paces.beatMs).unref();
  };
  return {
    watch: (forRun) => {
      const first = run === 0;
      run = forRun;
      told = "";
      if (!first) return look();
      const selector = `fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`;
      const followed = { path: workloads, selector, retryMs: paces.retryMs };
      const seen = sink("workload", (objects) => takeWorkload(objects.get(name)));
      void follow(client, followed, seen, over.signal);
      setTimeout(() => void beat(), paces.beatMs).unref();
    },
    rollOut: (rolled) => rollOut(client, target, rolled, podsInUse),
    leave: () => {
      over.abort();
      client.close();
    },
  };

  /** The ConfigMaps that pods mount now. */
  function podsInUse(): ReadonlySet<string> {
    const hashes = [...(podsNow?.values() ?? [])].map((pod) => configMapOf(pod));
    return new Set(hashes.filter((one) => one !== undefined));
  }
}

const mostLogs = 2;
const mostKept = 500;
const tailLines = 50;
const tailBytes = 32 * 1024;

function configMapOf(pod: KubernetesObject & { readonly spec?: unknown }): string | undefined {
  const { volumes } = (pod.spec ?? {}) as {
    readonly volumes?: readonly { readonly configMap?: { readonly name?: string } }[];
  };
  return volumes?.find(({ configMap }) => configMap !== undefined)?.configMap?.name;
}
