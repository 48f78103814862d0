import {
  type ApiAnswer,
  type ApiClient,
  type ApiRequest,
  applyType,
} from "../../kubernetes/api-client.ts";
import { passes } from "../../kubernetes/api-problem.ts";
import type { KubernetesObject, Workload } from "../../kubernetes/objects.ts";
import { problemText } from "../../kubernetes/answer-text.ts";
import type { RolloutOrder } from "../core/state/workload.ts";
import { configVolume } from "./fleet-view.ts";
import { configMapManifest, labelOf, superfluous, workloadManifest } from "./manifests.ts";
import { refusal } from "./may-change.ts";
import {
  type FleetTarget,
  configMapName,
  fieldManager,
  workloadKinds,
  workloadLabel,
} from "./names.ts";

/** What is to be rolled out. */
export interface Rolled {
  readonly hash: string;
  readonly text: string;
  /** Files of ours that the text refers to: no pod has them. */
  readonly files: number;
  /** Set when every pod is to be replaced: when that was asked for. */
  readonly restartedAt: string | undefined;
}

/**
 * Has a configuration rolled out: first its ConfigMap, which is new, then the template, which makes pods use it. Whatever
 * happens between the two, no pod has lost anything; the whole may be done again at any time.
 */
export async function rollOut(
  client: ApiClient,
  target: FleetTarget,
  { hash, text, files, restartedAt }: Rolled,
  inUse: () => ReadonlySet<string>,
): Promise<RolloutOrder> {
  if (files > 0) {
    const why =
      "the configuration refers to files of the supervisor (certificates or headers that a server has offered), which pods do not have";
    return { is: "refused", why };
  }
  const path = `/apis/apps/v1/namespaces/${target.namespace}/${workloadKinds[target.kind].plural}/${target.name}`;
  const found = await client.request({ method: "GET", path });
  if (found.is !== "done") return orderOf(found);
  const workload = parsed(found.text) as Workload | undefined;
  if (workload === undefined) return { is: "unreached", why: notKubernetes };
  const refused = refusal(workload, target);
  if (refused !== undefined) return { is: "refused", why: refused };
  const content = { hash, text, restartedAt };
  const configMaps = `/api/v1/namespaces/${target.namespace}/configmaps`;
  const name = configMapName(target.configMap, hash);
  const made = await client.request(
    applied(`${configMaps}/${name}`, configMapManifest(target, workload, content)),
  );
  if (made.is !== "done") return orderOf(made);
  const volume = configVolume(workload, target)?.name ?? "";
  const told = await client.request(
    applied(path, workloadManifest(target, workload, volume, content)),
  );
  if (told.is !== "done") return orderOf(told);
  const now = parsed(told.text) as Workload | undefined;
  if (now === undefined) return { is: "unreached", why: notKubernetes };
  void sweep(client, target, configMaps, new Set([...inUse(), name, ...namesIn(workload, target)]));
  return { is: "told", revision: now.metadata?.generation ?? 0 };
}

const notKubernetes = "what answers is not Kubernetes";

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Something between us and the API has answered.
    return undefined;
  }
}

/** What was rolled out before is what a failure goes back to. */
function namesIn(workload: Workload, target: FleetTarget): readonly string[] {
  const name = configVolume(workload, target)?.configMap?.name;
  return name === undefined ? [] : [name];
}

function applied(path: string, body: unknown): ApiRequest {
  const query = `fieldManager=${fieldManager}&force=true`;
  return { method: "PATCH", path: `${path}?${query}`, body, contentType: applyType };
}

function orderOf(answer: Exclude<ApiAnswer, { is: "done" }>): RolloutOrder {
  const why = problemText(answer);
  if (answer.is === "unreached" || passes(answer.problem)) return { is: "unreached", why };
  return { is: "refused", why };
}

/** ConfigMaps that nobody needs any more; what cannot be removed stays, and is looked at again the next time. */
async function sweep(
  client: ApiClient,
  target: FleetTarget,
  configMaps: string,
  used: ReadonlySet<string>,
): Promise<void> {
  const selector = encodeURIComponent(`${workloadLabel}=${labelOf(target)}`);
  const list = await client.request({
    method: "GET",
    path: `${configMaps}?labelSelector=${selector}`,
  });
  if (list.is !== "done") return;
  const whole = parsed(list.text) as { readonly items?: readonly KubernetesObject[] } | undefined;
  const items = whole?.items ?? [];
  const found = items.map(({ metadata }) => ({
    name: metadata?.name ?? "",
    made: metadata?.creationTimestamp ?? "",
  }));
  for (const name of superfluous(found, used)) {
    await client.request({ method: "DELETE", path: `${configMaps}/${name}` });
  }
}
