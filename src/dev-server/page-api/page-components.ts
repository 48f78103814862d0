import type { Outcome } from "../console/seen-fleet.ts";
import type { Target } from "../shapes/api-shapes.ts";
import type { SharedComponents } from "../shapes/component-shapes.ts";
import { type Answer, type ApiRequest, failure, parse } from "./api-answer.ts";
import { outcomeAnswer } from "./page-library.ts";
import { readTarget } from "./rollout-bodies.ts";

/** What can be seen of the components of many agents. */
export interface ComponentsApi {
  components(to: Target): Outcome<SharedComponents>;
}

/** Answers what the agents of a target are made of; undefined: the request concerns something else. */
export function answerComponents(api: ComponentsApi, request: ApiRequest): Answer | undefined {
  if (request.path !== "/api/components") return undefined;
  const to = readTarget(parse(request));
  return "expected" in to ? failure(400, to.expected) : outcomeAnswer(api.components(to.value));
}
