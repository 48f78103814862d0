import type { Delivery } from "../fleet/fleet-state.ts";
import type { AgentLayers } from "../shapes/layer-shapes.ts";
import { type Answer, type ApiRequest, delivered, failure, success } from "./api-answer.ts";

/** What can be seen of the layers of agents' configurations, and asked about them. */
export interface LayersApi {
  has(uid: string): boolean;
  /** Undefined: nobody goes by this uid. */
  layers(uid: string): AgentLayers | undefined;
  askLayers(uid: string): Delivery;
}

const layersPath = /^\/api\/agents\/([0-9a-f-]{36})\/layers$/;

/** Answers what concerns layers; undefined: it concerns something else. */
export function answerLayers(api: LayersApi, { method, path }: ApiRequest): Answer | undefined {
  const [, uid] = layersPath.exec(path) ?? [];
  if (uid === undefined) return undefined;
  if (!api.has(uid)) return failure(404, `no agent has the uid ${uid}`);
  return method === "POST" ? delivered(api.askLayers(uid)) : success(api.layers(uid) ?? {});
}
