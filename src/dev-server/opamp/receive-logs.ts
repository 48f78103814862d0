import type { IncomingMessage, ServerResponse } from "node:http";
import { messageOf } from "../../errors.ts";
import { decodeMessage, readingOf } from "../../opamp-client/wire/decode.ts";
import { encodeMessage } from "../../opamp-client/wire/encode.ts";
import { uidFromText, uidToText } from "../../opamp-client/wire/instance-uid.ts";
import { otlpTable } from "../../telemetry/otlp-fields.ts";
import { readBody } from "./posted-body.ts";
import { type Flow, stillFlow, through } from "../logs/flow-limit.ts";
import type { HeldLogs } from "../logs/held-logs.ts";
import { uidHeader } from "../logs/logs-wish.ts";
import { linesIn } from "../logs/sent-lines.ts";

/** Where log lines come to: the default path of OTLP over HTTP. */
export const logsPath = "/v1/logs";

/** Why lines were not taken. */
interface NotTaken {
  readonly status: number;
  readonly why: string;
  readonly retryAfterSeconds?: number;
}

/** Takes in the log lines that agents send; answers undefined once it has answered the request itself. */
export type ReceiveLogs = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<NotTaken | undefined>;

const mostBytes = 4 * 1024 * 1024;
/** Two bytes are enough for one value, which becomes dozens in memory. */
const mostValues = 200_000;
/** So many requests are read at the same time. */
const mostAtOnce = 32;
const limitOfAll = { perSecond: 8 * 1024 * 1024, atOnce: 32 * 1024 * 1024 };
const limitOfEach = { perSecond: 1024 * 1024, atOnce: mostBytes };
/** So many senders are told apart. */
const mostSenders = 10_000;

const reading = readingOf(otlpTable, mostValues);
const answerTable = {
  messages: {
    ExportLogsServiceResponse: { partialSuccess: [1, "ExportLogsPartialSuccess"] },
    ExportLogsPartialSuccess: { rejectedLogRecords: [1, "int64"], errorMessage: [2, "string"] },
  },
  oneofs: new Set<string>(),
} as const;

/**
 * Keeps the lines that are sent by OTLP over HTTP. They are an agent's by the `service.instance.id` of their resource, or
 * by the header that our offer brings; lines of agents that nobody knows are counted, and that is said.
 */
export function createReceiveLogs(
  logs: HeldLogs,
  knows: (uid: string) => boolean,
  now: () => number,
): ReceiveLogs {
  const flows = createFlows(() => performance.now());
  const at = { reading: 0 };
  return async (request, response) => {
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refusal;
    if (at.reading >= mostAtOnce) {
      return { status: 429, why: "too many requests with log lines at once", retryAfterSeconds: 1 };
    }
    at.reading += 1;
    const body = await readBody(request, mostBytes).finally(() => {
      at.reading -= 1;
    });
    if (body.is === "refused") return body;
    const named = knownUid(request.headers[uidHeader.toLowerCase()]?.toString(), knows);
    const waitMs = flows(named ?? request.socket.remoteAddress ?? "", body.bytes.length);
    if (waitMs > 0) {
      const retryAfterSeconds = Math.ceil(waitMs / 1_000);
      return { status: 429, why: "more log lines than are taken in this time", retryAfterSeconds };
    }
    const isJson = typeOf(request) === "application/json";
    const message = decoded(body.bytes, isJson);
    if (typeof message === "string") return { status: 400, why: message };
    const { batches, excess } = linesIn(message);
    let unknown = 0;
    for (const { instanceId, lines } of batches) {
      const uid = knownUid(instanceId, knows) ?? named;
      if (uid === undefined) unknown += lines.length;
      else logs.add(uid, lines, now());
    }
    if (unknown > 0) logs.noteUnknown(unknown);
    answer(response, isJson, { unknown, excess });
    return undefined;
  };
}

function refusalOf(request: IncomingMessage): NotTaken | undefined {
  if (request.method !== "POST") return { status: 405, why: `expected POST for ${logsPath}` };
  if (["application/x-protobuf", "application/json"].includes(typeOf(request))) return undefined;
  return {
    status: 415,
    why: "expected log lines as application/x-protobuf or application/json (OTLP over HTTP)",
  };
}

function typeOf({ headers }: IncomingMessage): string {
  return headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
}

/** The same id is written in capitals by some. */
function knownUid(text: string | undefined, knows: (uid: string) => boolean): string | undefined {
  const bytes = uidFromText((text ?? "").toLowerCase());
  const uid = bytes === undefined ? undefined : uidToText(bytes);
  return uid !== undefined && knows(uid) ? uid : undefined;
}

function decoded(bytes: Uint8Array, isJson: boolean): object | string {
  try {
    if (!isJson) return decodeMessage("ExportLogsServiceRequest", bytes, reading);
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return typeof value === "object" && value !== null ? value : "expected a JSON object";
  } catch (error) {
    return `expected an ExportLogsServiceRequest of OTLP, found something else: ${messageOf(error).slice(0, 200)}`;
  }
}

/** What was not taken is said, so that it stands in the sender's own log. */
function answer(
  response: ServerResponse,
  isJson: boolean,
  { unknown, excess }: { readonly unknown: number; readonly excess: number },
): void {
  const errorMessage = [
    ...(unknown === 0 ? [] : ["no agent is known here by the service.instance.id of the resource"]),
    ...(excess === 0 ? [] : ["more lines in one request than are taken"]),
  ].join("; ");
  const rejected = unknown + excess;
  const value =
    rejected === 0
      ? {}
      : { partialSuccess: { rejectedLogRecords: BigInt(rejected), errorMessage } };
  const bytes = isJson
    ? Buffer.from(
        JSON.stringify(value, (_, part) =>
          typeof part === "bigint" ? String(part) : (part as unknown),
        ),
      )
    : encodeMessage("ExportLogsServiceResponse", value, answerTable);
  response.writeHead(200, {
    "content-type": isJson ? "application/json" : "application/x-protobuf",
    "content-length": bytes.length,
  });
  response.end(bytes);
}

/** How long a sender has to wait before so many bytes are taken; 0: they are. */
function createFlows(clock: () => number): (sender: string, bytes: number) => number {
  const flows = new Map<string, Flow>();
  const all = { flow: stillFlow };
  return (sender, bytes) => {
    const now = clock();
    const own = through(flows.get(sender) ?? stillFlow, bytes, now, limitOfEach);
    if ("waitMs" in own) return own.waitMs;
    const whole = through(all.flow, bytes, now, limitOfAll);
    if ("waitMs" in whole) return whole.waitMs;
    all.flow = whole;
    flows.delete(sender);
    flows.set(sender, own);
    const [oldest] = flows.keys();
    if (flows.size > mostSenders && oldest !== undefined) flows.delete(oldest);
    return 0;
  };
}
