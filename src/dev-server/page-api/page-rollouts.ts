import type { Rollouts } from "../console/run-rollouts.ts";
import type { Pictures } from "../shapes/api-shapes.ts";
import { type Answer, type ApiRequest, failure, parse, success } from "./api-answer.ts";
import { outcomeAnswer } from "./page-library.ts";
import { readPreview, readRollout } from "./rollout-bodies.ts";

/** What can be seen and asked of the fleet as a whole. */
export interface RolloutApi {
  readonly rollouts: Rollouts;
  pictures(): Pictures;
}

const rolloutPath = /^\/api\/rollouts(?:\/([a-z0-9]{1,20})(?:\/(stop|resume))?)?$/;

/** Answers what concerns rollouts and pictures; undefined: it concerns something else. */
export function answerRollouts(api: RolloutApi, request: ApiRequest): Answer | undefined {
  const { path } = request;
  if (path === "/api/pictures") return success(api.pictures());
  const match = rolloutPath.exec(path);
  if (match === null) return undefined;
  const [, id, act] = match;
  const { rollouts } = api;
  if (id === undefined) return answerAll(rollouts, request);
  if (id === "preview" && act === undefined) return preview(rollouts, request);
  if (act === undefined) return outcomeAnswer(rollouts.find(id));
  return outcomeAnswer(act === "stop" ? rollouts.stop(id) : rollouts.resume(id));
}

function answerAll(rollouts: Rollouts, request: ApiRequest): Answer {
  if (request.method === "GET") return success({ rollouts: rollouts.list() });
  const body = readRollout(parse(request));
  if ("expected" in body) return failure(400, body.expected);
  return outcomeAnswer(rollouts.start(body.value), 201);
}

function preview(rollouts: Rollouts, request: ApiRequest): Answer {
  const body = readPreview(parse(request));
  if ("expected" in body) return failure(400, body.expected);
  const outcome = rollouts.preview(body.value);
  return outcome.is === "refused" ? outcomeAnswer(outcome) : success({ agents: outcome.value });
}
