import type * as http from "node:http";
import { systemCodeOf } from "../../errors.ts";
import { type AnswerHead, type Exchanged, exchange } from "../../net/exchange.ts";
import { createRequester } from "../../net/requester.ts";
import type { TransportOptions } from "./client-options.ts";
import { decodeServerToAgent } from "../wire/codec.ts";
import { connectFailure, isUntrusted, pageFailure, statusFailure } from "./connect-failure.ts";
import { pack } from "./pack.ts";
import { isRedirect } from "./redirect.ts";
import { hasWords, signsIn } from "./refusal-words.ts";
import { momentOf, refusalOf } from "./retry-after.ts";
import { connectionOptions } from "./tls-options.ts";
import type { TransportEvent, Transport, OutgoingMessage } from "./transport.ts";

/** OpAMP over plain HTTP: each message is a POST and its answer; one at a time (specification.md#plain-http-transport). */
export function createHttpTransport(
  options: TransportOptions,
  tell: (event: TransportEvent) => void,
): Transport {
  const { endpoint, proxy } = options;
  const tls = connectionOptions(options.tls);
  const requester = createRequester(endpoint, { tls, proxy, keepAlive: true });
  let state: "working" | "over" = "working";
  const over = new AbortController();

  function say(event: TransportEvent): void {
    if (state === "over") return;
    if (["dropped", "refused", "sent-elsewhere"].includes(event.on)) end();
    tell(event);
  }

  function end(): void {
    state = "over";
    over.abort();
    requester.end();
  }

  async function post(message: OutgoingMessage): Promise<void> {
    const outcome = await exchanged(message).catch(fail);
    if (outcome !== undefined) eventsOf(outcome, requester.connectsTo, options).forEach(say);
  }

  async function exchanged({ body, instanceUid }: OutgoingMessage): Promise<Exchanged | undefined> {
    const packed = options.compression ? await pack(body) : undefined;
    if (state === "over") return undefined;
    const headers = {
      ...requestHeaders(options, instanceUid, packed ?? body),
      ...(packed && { "content-encoding": "gzip" }),
    };
    return exchange(requester, {
      options: { method: "POST", headers },
      body: packed ?? body,
      timeoutMs: options.answerTimeoutMs,
      connectTimeoutMs: options.connectTimeoutMs,
      maxBodyBytes: options.maxMessageBytes,
      wantsBody: (head) => isMessage(head, options) || hasWords(head),
      signal: over.signal,
      // Before the handshake is over nothing of the message has left.
      onConnected: () => say({ on: "opened" }),
    });
  }

  // Header values and certificates that can never work are found out here.
  function fail(error: unknown): undefined {
    const reason = connectFailure(error, endpoint);
    queueMicrotask(() => say({ on: "dropped", reason, unsent: true }));
  }

  return {
    // The connection itself is made with the first message.
    open: () => queueMicrotask(() => say({ on: "ready" })),
    send: (message: OutgoingMessage) => void post(message),
    close(): Promise<void> {
      end();
      return Promise.resolve();
    },
  };
}

function requestHeaders(
  options: TransportOptions,
  instanceUid: string,
  body: Uint8Array,
): http.OutgoingHttpHeaders {
  const configured = [...options.headers].map(([name, values]) => [
    name.toLowerCase(),
    [...values],
  ]);
  return {
    ...(Object.fromEntries(configured) as Record<string, string[]>),
    "content-type": "application/x-protobuf",
    "content-length": body.length,
    "accept-encoding": "gzip",
    "opamp-instance-uid": instanceUid,
  };
}

function isMessage({ status, headers }: AnswerHead, { endpoint }: TransportOptions): boolean {
  return isSuccess(status) && pageFailure(headers["content-type"], endpoint) === undefined;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** What one exchange comes to; the last of the events is `ready`, `dropped`, `refused` or `sent-elsewhere`. */
function eventsOf(
  outcome: Exchanged,
  connectsTo: string,
  options: TransportOptions,
): readonly TransportEvent[] {
  const { endpoint } = options;
  if (outcome.is === "failed") {
    const { error, progress } = outcome;
    const reason = connectFailure(error, connectsTo, progress);
    const unsent = progress.phase !== "answer";
    return [{ on: "dropped", reason, unsent, untrusted: isUntrusted(error) }];
  }
  if (!isSuccess(outcome.status)) {
    const body = outcome.is === "answered" && hasWords(outcome) ? outcome.body : undefined;
    return statusEvents(outcome, options, body);
  }
  if (outcome.is === "cut") return [brokenOff(outcome.error, endpoint)];
  const page = pageFailure(outcome.headers["content-type"], endpoint);
  if (page !== undefined) return [{ on: "dropped", reason: page, unsent: false }];
  try {
    const message = decodeServerToAgent(outcome.body ?? new Uint8Array());
    return [{ on: "received", message }, { on: "ready" }];
  } catch (error) {
    return [brokenOff(error, endpoint)];
  }
}

function brokenOff(error: unknown, endpoint: string): TransportEvent {
  const isCut = systemCodeOf(error) === "ECONNRESET";
  const cause = isCut ? new Error("it ended in the middle of an answer") : error;
  return { on: "dropped", reason: connectFailure(cause, endpoint), unsent: false };
}

function statusEvents(
  { status, headers }: AnswerHead,
  options: TransportOptions,
  words: Uint8Array | undefined,
): readonly TransportEvent[] {
  const signs = signsIn(new TextDecoder().decode(words), options);
  const reason = statusFailure(status, options.endpoint, signs);
  // The same message must not come again (specification.md#http-message-size-limits); a smaller one may.
  if (status === 413) return [{ on: "too-large", reason }, { on: "ready" }];
  if (isRedirect(status, true)) {
    return [{ on: "sent-elsewhere", reason, status, location: headers.location }];
  }
  const refusal = refusalOf(status, headers["retry-after"], momentOf(headers.date));
  return [{ on: "refused", reason, unsent: refusal.why === "overloaded", refusal }];
}
