import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { acceptsGzip, readBody } from "../opamp/posted-body.ts";
import type { HeldLibrary } from "../console/hold-library.ts";
import { describeApi } from "../openapi/openapi.ts";
import type { FleetOverview } from "../shapes/api-shapes.ts";
import { type AgentApi, answerAgents } from "./agent-requests.ts";
import { type Answer, type ApiRequest, delivered, failure, parse, success } from "./api-answer.ts";
import { answerComponents, type ComponentsApi } from "./page-components.ts";
import { answerOverload, type OverloadApi } from "./page-overload.ts";
import { answerLayers, type LayersApi } from "./page-layers.ts";
import { answerLogs, type LogsApi } from "./page-logs.ts";
import { answerCheck } from "./page-check.ts";
import { answerLibrary } from "./page-library.ts";
import { answerRollouts, type RolloutApi } from "./page-rollouts.ts";
import { readChoice, type ShelfView } from "./page-packages.ts";
import type { PackageWishes } from "./package-wishes.ts";
import { answerEvents, type ChangeFeed } from "./page-events.ts";

/*
 * Which requests there are is in shapes/api-shapes.ts. A `Delivery` comes with 200 (`pushed`, `unchanged`), 202 (`waiting`)
 * or 409 (`refused`). A body is JSON; a configuration may be YAML as it is, with Content-Type application/yaml.
 */

/** What the JSON API can see and do. */
export interface PageApi
  extends
    AgentApi,
    ChangeFeed,
    PackageWishes,
    RolloutApi,
    LogsApi,
    LayersApi,
    ComponentsApi,
    OverloadApi {
  readonly library: HeldLibrary;
  overview(): FleetOverview;
  /** Undefined: the server was started without a folder. */
  shelf(): ShelfView | undefined;
}

/** Answers a part of the API; undefined: the request concerns another part. */
type Answerer = (api: PageApi, request: ApiRequest) => Answer | undefined;

const answerers: readonly Answerer[] = [
  answerFleet,
  answerAgents,
  answerLogs,
  answerLayers,
  answerPackages,
  answerLibrary,
  answerRollouts,
  answerComponents,
  answerOverload,
  answerCheck,
  answerDescription,
];

const pack = promisify(gzip);
/** A smaller answer is not worth packing. */
const packFromBytes = 2048;
/** Of what packing saves the most is saved at once; the rest takes long. */
const packing = { level: 3 };

/** Answers one request of the JSON API, whose path and method are in its description. */
export async function answerApi(
  api: PageApi,
  maxBodyBytes: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? "";
  const [path = "", query = ""] = (request.url ?? "").split("?", 2);
  if (path === "/api/events") {
    answerEvents(api, response);
    return;
  }
  const body = await readBody(request, maxBodyBytes);
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  const answer =
    body.is === "refused"
      ? failure(body.status, body.why)
      : answerOf(api, {
          method,
          path,
          query: new URLSearchParams(query),
          type,
          bytes: body.bytes,
        });
  await respond(request, response, answer);
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { status, value }: Answer,
): Promise<void> {
  const text = Buffer.from(JSON.stringify(value));
  const packed =
    text.length >= packFromBytes && acceptsGzip(request.headers["accept-encoding"]?.toString());
  const bytes = packed ? await pack(text, packing) : text;
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": bytes.length,
    vary: "Accept-Encoding",
    ...(packed ? { "content-encoding": "gzip" } : {}),
  });
  response.end(bytes);
}

function answerOf(api: PageApi, request: ApiRequest): Answer {
  for (const answerer of answerers) {
    const answer = answerer(api, request);
    if (answer !== undefined) return answer;
  }
  return failure(404, `there is nothing at ${request.path}`);
}

/** The fleet as a whole. */
function answerFleet(api: PageApi, { path }: ApiRequest): Answer | undefined {
  return path === "/api/fleet" ? success(api.overview()) : undefined;
}

/** What there is to ask, for programs. */
function answerDescription(_: PageApi, { path }: ApiRequest): Answer | undefined {
  return path === "/api/openapi.json" ? success(describeApi()) : undefined;
}

/** The folder, and what is wanted of all agents. */
function answerPackages(api: PageApi, request: ApiRequest): Answer | undefined {
  const { method, path } = request;
  if (path !== "/api/packages") return undefined;
  if (method === "GET") return success({ shelf: api.shelf() });
  const choice = readChoice(parse(request));
  if (typeof choice === "string") return failure(400, choice);
  const outcome = api.offerPackageToAll(choice.name, choice.version);
  return "is" in outcome ? delivered(outcome) : success(outcome);
}
