import type { IncomingMessage, ServerResponse } from "node:http";
import type { Delivery } from "../fleet/fleet-state.ts";
import { readBody, type Body } from "../opamp/posted-body.ts";
import type { ConnectionSettings } from "../fleet/connection-settings.ts";
import { readConnections } from "./page-connections.ts";
import { readChoice, type ShelfView } from "./page-packages.ts";
import type { PackageWishes } from "./package-wishes.ts";
import { answerEvents } from "./page-events.ts";
import type { AgentSummary, AgentView } from "../fleet/view.ts";

/*
 * | request                        | body                                               | answer                       |
 * | ------------------------------ | -------------------------------------------------- | ---------------------------- |
 * | GET /api/agents                |                                                    | `{ opampUrl, agents }`       |
 * | GET /api/agents/<uid>          |                                                    | one `AgentView`, or 404      |
 * | POST /api/agents/<uid>/config  | `{"config": yaml}` or `{"files": {name: yaml}}`    | `Delivery`                   |
 * | POST /api/agents/<uid>/restart | `{}`                                               | `Delivery`                   |
 * | POST .../<uid>/connections     | see page-connections.ts                            | `Delivery`                   |
 * | POST .../<uid>/revoke          | `{}`                                               | `Delivery`                   |
 * | POST .../<uid>/packages        | see page-packages.ts                               | `Delivery`                   |
 * | GET /api/packages              |                                                    | `{ shelf }`, a `ShelfView`   |
 * | POST /api/packages             | see page-packages.ts                               | `Deliveries`, of all agents  |
 * | GET /api/events                |                                                    | server-sent events: `change` |
 *
 * A `Delivery` comes with 200 (`pushed`, `unchanged`), 202 (`waiting`) or 409 (`refused`). Every other refusal is
 * `{"error": text}` with 400, 404 (no such agent or path), 405, 413 or 415. A POST is JSON.
 */

/** What the JSON API can see and do. */
export interface PageApi extends PackageWishes {
  readonly opampUrl: string;
  list(): readonly AgentSummary[];
  find(uid: string): AgentView | undefined;
  offerConfig(uid: string, config: ReadonlyMap<string, string>): Delivery;
  offerConnections(uid: string, wish: ConnectionSettings, newCertificate: boolean): Delivery;
  revokeCertificate(uid: string): Delivery;
  restartAgent(uid: string): Delivery;
  /** Undefined: the server was started without a folder. */
  shelf(): ShelfView | undefined;
  /** Called after every change of the fleet. */
  readonly listeners: Set<() => void>;
}

interface Answer {
  readonly status: number;
  readonly value: object;
}

const agentPath =
  /^\/api\/agents\/([0-9a-f-]{36})(\/config|\/connections|\/packages|\/restart|\/revoke)?$/;
const statuses = { pushed: 200, unchanged: 200, waiting: 202, refused: 409 } as const;

/** Answers one request of the JSON API. */
export async function answerApi(
  api: PageApi,
  maxBodyBytes: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split("?")[0] ?? "";
  if (request.method === "GET" && path === "/api/events") {
    answerEvents(api.listeners, response);
    return;
  }
  const body = await readBody(request, maxBodyBytes);
  const { status, value } = answerOf(api, request.method ?? "", path, body);
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(value));
}

function answerOf(api: PageApi, method: string, path: string, body: Body): Answer {
  if (body.is === "refused") return failure(body.status, body.why);
  if (path === "/api/packages") return answerPackages(api, method, body.bytes);
  const [, uid, action] = agentPath.exec(path) ?? [];
  if (path !== "/api/agents" && path !== "/api/events" && uid === undefined) {
    return failure(404, `there is nothing at ${path}`);
  }
  const expected = action === undefined ? "GET" : "POST";
  if (method !== expected) return failure(405, `expected ${expected}, found ${method}`);
  if (uid === undefined) return success({ opampUrl: api.opampUrl, agents: api.list() });
  const agent = api.find(uid);
  if (agent === undefined) return failure(404, `no agent has the uid ${uid}`);
  if (action === undefined) return success(agent);
  if (action === "/restart") return delivered(api.restartAgent(uid));
  if (action === "/revoke") return delivered(api.revokeCertificate(uid));
  if (action === "/packages") return offerPackage(api, uid, body.bytes);
  const offer = action === "/connections" ? saveConnections : save;
  return offer(api, uid, body.bytes);
}

/** The folder, and what is wanted of all agents. */
function answerPackages(api: PageApi, method: string, bytes: Uint8Array): Answer {
  if (method === "GET") return success({ shelf: api.shelf() });
  if (method !== "POST") return failure(405, `expected GET or POST, found ${method}`);
  const choice = readChoice(parse(bytes));
  if (typeof choice === "string") return failure(400, choice);
  const outcome = api.offerPackageToAll(choice.name, choice.version);
  return "is" in outcome ? delivered(outcome) : success(outcome);
}

function offerPackage(api: PageApi, uid: string, bytes: Uint8Array): Answer {
  const choice = readChoice(parse(bytes));
  if (typeof choice === "string") return failure(400, choice);
  return delivered(api.offerPackage(uid, choice.name, choice.version));
}

function save(api: PageApi, uid: string, bytes: Uint8Array): Answer {
  const files = filesIn(parse(bytes));
  if (files === undefined) {
    return failure(400, 'expected {"config": "yaml text"} or {"files": {"name": "yaml text"}}');
  }
  return delivered(api.offerConfig(uid, files));
}

function saveConnections(api: PageApi, uid: string, bytes: Uint8Array): Answer {
  const wish = readConnections(parse(bytes));
  if (typeof wish === "string") return failure(400, wish);
  return delivered(api.offerConnections(uid, wish.settings, wish.newCertificate));
}

function success(value: object): Answer {
  return { status: 200, value };
}

function delivered(delivery: Delivery): Answer {
  return { status: statuses[delivery.is], value: delivery };
}

function failure(status: number, error: string): Answer {
  return { status, value: { error } };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    // What is not JSON is not a wish either; the caller says what was expected.
    return undefined;
  }
}

function filesIn(wish: unknown): ReadonlyMap<string, string> | undefined {
  if (typeof wish !== "object" || wish === null) return undefined;
  if ("config" in wish && typeof wish.config === "string") return new Map([["", wish.config]]);
  if (!("files" in wish) || typeof wish.files !== "object" || wish.files === null) return undefined;
  const entries = Object.entries(wish.files);
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return texts.length === entries.length ? new Map(texts) : undefined;
}
