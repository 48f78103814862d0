import type { Delivery } from "../fleet/fleet-state.ts";
import type { AgentLogs, LogsBody } from "../shapes/log-shapes.ts";
import { type Answer, type ApiRequest, delivered, failure, parse, success } from "./api-answer.ts";

/** What can be seen of agents' log lines, and asked about them. */
export interface LogsApi {
  has(uid: string): boolean;
  /** Lines after this number; undefined: nobody goes by this uid. */
  logs(uid: string, after: number): AgentLogs | undefined;
  offerLogs(uid: string, here: boolean): Delivery;
}

const logsPath = /^\/api\/agents\/([0-9a-f-]{36})\/logs$/;

/** Answers what concerns log lines; undefined: it concerns something else. */
export function answerLogs(api: LogsApi, request: ApiRequest): Answer | undefined {
  const [, uid] = logsPath.exec(request.path) ?? [];
  if (uid === undefined) return undefined;
  const { method } = request;
  if (!api.has(uid)) return failure(404, `no agent has the uid ${uid}`);
  if (method === "POST") {
    const body = readBody(parse(request));
    return body === undefined
      ? failure(400, 'expected {"here": true} or {"here": false}')
      : delivered(api.offerLogs(uid, body.here));
  }
  const text = request.query.get("after") ?? "0";
  if (!/^\d{1,15}$/.test(text)) return failure(400, "expected after to be the number of a line");
  return success(api.logs(uid, Number(text)) ?? {});
}

function readBody(body: unknown): LogsBody | undefined {
  if (typeof body !== "object" || body === null || !("here" in body)) return undefined;
  return typeof body.here === "boolean" ? { here: body.here } : undefined;
}
