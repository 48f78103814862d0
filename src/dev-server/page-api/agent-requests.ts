import type { Delivery } from "../fleet/fleet-state.ts";
import type { AgentPage, AgentRow, CustomMessageBody, WithdrawBody } from "../shapes/api-shapes.ts";
import type { ConnectionSettings } from "../connections/connection-settings.ts";
import { parseQuery, queryFinds } from "../library/query.ts";
import { type Answer, type ApiRequest, delivered, failure, parse, success } from "./api-answer.ts";
import { filesIn, readApproval, readMessage, readWithdrawal } from "./agent-bodies.ts";
import { readConnections } from "../connections/connections-body.ts";
import { readChoice } from "./page-packages.ts";
import type { PackageWishes } from "./package-wishes.ts";

/** What can be seen and asked of agents. */
export interface AgentApi extends Pick<PackageWishes, "offerPackage"> {
  readonly opampUrl: string;
  list(): readonly AgentRow[];
  has(uid: string): boolean;
  find(uid: string): AgentPage | undefined;
  offerConfig(uid: string, config: ReadonlyMap<string, string>): Delivery;
  offerConnections(uid: string, wish: ConnectionSettings, newCertificate: boolean): Delivery;
  revokeCertificate(uid: string): Delivery;
  restartAgent(uid: string): Delivery;
  forgetAgent(uid: string): Delivery;
  withdraw(uid: string, what: WithdrawBody["what"]): Delivery;
  askFullState(uid: string): Delivery;
  approveAgent(uid: string, from?: string): Delivery;
  turnAwayAgent(uid: string): Delivery;
  sendMessage(uid: string, message: CustomMessageBody): Delivery;
}

type Act = (api: AgentApi, uid: string, request: ApiRequest) => Answer;

const agentPath = /^\/api\/agents\/([0-9a-f-]{36})(?:\/([a-z-]+))?$/;

/** What is done to one agent, by the last word of the path. */
const acts: ReadonlyMap<string, Act> = new Map<string, Act>([
  ["config", offerConfig],
  ["connections", offerConnections],
  ["packages", offerPackage],
  ["restart", (api, uid) => delivered(api.restartAgent(uid))],
  ["revoke", (api, uid) => delivered(api.revokeCertificate(uid))],
  ["full-state", (api, uid) => delivered(api.askFullState(uid))],
  ["withdraw", withdraw],
  ["message", sendMessage],
  ["approval", judge],
]);

/** Answers what concerns agents; undefined: it concerns something else. */
export function answerAgents(api: AgentApi, request: ApiRequest): Answer | undefined {
  const { method, path } = request;
  if (path === "/api/agents") return listFound(api, request.query.get("query") ?? "");
  const [, uid, word] = agentPath.exec(path) ?? [];
  const act = word === undefined ? undefined : acts.get(word);
  if (uid === undefined || (word !== undefined && act === undefined)) return undefined;
  if (!api.has(uid)) return failure(404, `no agent has the uid ${uid}`);
  if (act !== undefined) return act(api, uid, request);
  return method === "DELETE" ? forget(api, uid) : success(api.find(uid) ?? {});
}

function listFound(api: AgentApi, text: string): Answer {
  const query = parseQuery(text);
  if ("problem" in query) return failure(400, `${query.problem}, at character ${query.at + 1}`);
  const agents = api.list().filter((row) => queryFinds(query, row));
  return success({ opampUrl: api.opampUrl, agents });
}

function forget(api: AgentApi, uid: string): Answer {
  const outcome = api.forgetAgent(uid);
  return outcome.is === "refused" ? failure(409, outcome.why) : success({});
}

function offerConfig(api: AgentApi, uid: string, request: ApiRequest): Answer {
  const files = filesIn(request);
  if (files !== undefined) return delivered(api.offerConfig(uid, files));
  const expected = 'expected {"config": "yaml text"} or {"files": {"name": "yaml text"}}';
  return failure(400, `${expected}, or YAML with Content-Type application/yaml`);
}

function offerConnections(api: AgentApi, uid: string, request: ApiRequest): Answer {
  const wish = readConnections(parse(request));
  if (typeof wish === "string") return failure(400, wish);
  return delivered(api.offerConnections(uid, wish.settings, wish.newCertificate));
}

function offerPackage(api: AgentApi, uid: string, request: ApiRequest): Answer {
  const choice = readChoice(parse(request));
  if (typeof choice === "string") return failure(400, choice);
  return delivered(api.offerPackage(uid, choice.name, choice.version));
}

function withdraw(api: AgentApi, uid: string, request: ApiRequest): Answer {
  const what = readWithdrawal(parse(request));
  if (what === undefined) return failure(400, 'expected {"what": "config" or "connections"}');
  return delivered(api.withdraw(uid, what));
}

function judge(api: AgentApi, uid: string, request: ApiRequest): Answer {
  const wish = readApproval(parse(request));
  if (typeof wish === "string") return failure(400, wish);
  return delivered(wish.approve ? api.approveAgent(uid, wish.from) : api.turnAwayAgent(uid));
}

function sendMessage(api: AgentApi, uid: string, request: ApiRequest): Answer {
  const message = readMessage(parse(request));
  if (typeof message === "string") return failure(400, message);
  return delivered(api.sendMessage(uid, message));
}
