import { checkConfig, type KnownComponents } from "../check/check-config.ts";
import type { AgentPage } from "../shapes/api-shapes.ts";
import { filesIn } from "./agent-bodies.ts";
import { type Answer, type ApiRequest, failure, parse, success } from "./api-answer.ts";

/** Looks at a configuration without sending it; undefined: the request concerns something else. */
export function answerCheck(
  { find }: { readonly find: (uid: string) => AgentPage | undefined },
  request: ApiRequest,
): Answer | undefined {
  if (request.path !== "/api/check") return undefined;
  const files = filesIn(request);
  if (files === undefined) {
    const expected = 'expected {"config": "yaml text"} or {"files": {"name": "yaml text"}}';
    return failure(400, `${expected}, with {"uid": text} or without, or YAML`);
  }
  const uid = uidIn(request);
  if (uid !== undefined && typeof uid !== "string") return failure(400, "expected a text as uid");
  const agent = uid === undefined ? undefined : find(uid);
  if (uid !== undefined && agent === undefined) {
    return failure(404, `no agent has the uid ${uid.slice(0, 100)}`);
  }
  return success({ problems: checkConfig(files, knownOf(agent)) });
}

function uidIn(request: ApiRequest): unknown {
  if (request.type === "application/yaml") return request.query.get("uid") ?? undefined;
  const body = parse(request);
  return typeof body === "object" && body !== null && "uid" in body ? body.uid : undefined;
}

function knownOf(agent: AgentPage | undefined): KnownComponents {
  if (agent === undefined) return { types: [], running: [] };
  return { types: agent.components, running: agent.effectiveConfig };
}
