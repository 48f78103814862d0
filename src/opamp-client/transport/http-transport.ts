import type * as http from "node:http";
import { systemCodeOf } from "../../errors.ts";
import { targetOf } from "../../net/proxy.ts";
import { createRequester, type Requester } from "../../net/requester.ts";
import { watchConnection } from "../../net/watch-connection.ts";
import type { TransportOptions } from "./client-options.ts";
import { decodeServerToAgent } from "../wire/codec.ts";
import {
  connectFailure,
  tooLate,
  isUntrusted,
  pageFailure,
  statusFailure,
} from "./connect-failure.ts";
import { pack, readBody } from "./http-body.ts";
import { isRedirect } from "./redirect.ts";
import { refusalOf } from "./retry-after.ts";
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
  let exchange: http.ClientRequest | undefined;

  function say(event: TransportEvent): void {
    if (state === "over") return;
    if (["dropped", "refused", "sent-elsewhere"].includes(event.on)) end();
    tell(event);
  }

  function end(): void {
    state = "over";
    exchange?.destroy();
    requester.end();
  }

  function post({ body, instanceUid }: OutgoingMessage, packed: Uint8Array | undefined): void {
    if (state === "over") return;
    try {
      const headers = {
        ...requestHeaders(options, instanceUid, packed ?? body),
        ...(packed && { "content-encoding": "gzip" }),
      };
      exchange = requester.request({ method: "POST", headers });
      follow(exchange, requester, options, say);
      exchange.end(packed ?? body);
    } catch (error) {
      // Header values and certificates that can never work are found out here.
      fail(error);
    }
  }

  function fail(error: unknown): void {
    const reason = connectFailure(error, endpoint);
    queueMicrotask(() => say({ on: "dropped", reason, unsent: true }));
  }

  return {
    // The connection itself is made with the first message.
    open: () => queueMicrotask(() => say({ on: "ready" })),
    send(message: OutgoingMessage): void {
      if (options.compression)
        void pack(message.body).then((packed) => post(message, packed), fail);
      else post(message, undefined);
    },
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

/** Turns what happens to one exchange into events; the last of them is `ready`, `dropped` or `refused`. */
function follow(
  exchange: http.ClientRequest,
  { connectsTo, tunnels, end }: Requester,
  options: TransportOptions,
  say: (event: TransportEvent) => void,
): void {
  let written = false;
  let failure: Error | undefined;
  const { connectTimeoutMs, answerTimeoutMs } = options;
  const timer = setTimeout(() => giveUp(answerTimeoutMs), answerTimeoutMs);
  const connecting = setTimeout(() => giveUp(connectTimeoutMs), connectTimeoutMs);
  const progress = watchConnection(exchange, targetOf(connectsTo).host, tunnels, () => {
    // Before the handshake is over nothing of the message has left.
    written = true;
    clearTimeout(connecting);
    say({ on: "opened" });
  });
  function giveUp(withinMs: number): void {
    failure = tooLate(progress, withinMs);
    exchange.destroy(failure);
    // A request that a proxy makes the connection for does not end before that.
    if (progress.phase === "proxy") end();
  }
  exchange.on("close", () => {
    clearTimeout(timer);
    clearTimeout(connecting);
  });
  exchange.on("error", (error) => {
    const reason = connectFailure(failure ?? error, connectsTo, progress);
    say({ on: "dropped", reason, unsent: !written, untrusted: isUntrusted(error) });
  });
  exchange.on("response", (response) => {
    void answerOf(response, options).then((events) => {
      clearTimeout(timer);
      events.forEach(say);
    });
  });
}

async function answerOf(
  response: http.IncomingMessage,
  options: TransportOptions,
): Promise<TransportEvent[]> {
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) {
    response.resume();
    return statusEvents(status, response, options);
  }
  const page = pageFailure(response.headers["content-type"], options.endpoint);
  if (page !== undefined) {
    response.destroy();
    return [{ on: "dropped", reason: page, unsent: false }];
  }
  try {
    const message = decodeServerToAgent(await readBody(response, options.maxMessageBytes));
    return [{ on: "received", message }, { on: "ready" }];
  } catch (error) {
    const cut = systemCodeOf(error) === "ECONNRESET";
    const cause = cut ? new Error("it ended in the middle of an answer") : error;
    return [{ on: "dropped", reason: connectFailure(cause, options.endpoint), unsent: false }];
  }
}

function statusEvents(
  status: number,
  response: http.IncomingMessage,
  options: TransportOptions,
): TransportEvent[] {
  const reason = statusFailure(status, options.endpoint);
  // The same message must not come again (specification.md#http-message-size-limits); a smaller one may.
  if (status === 413) return [{ on: "too-large", reason }, { on: "ready" }];
  if (isRedirect(status, true)) {
    return [{ on: "sent-elsewhere", reason, status, location: response.headers.location }];
  }
  const refusal = refusalOf(status, response.headers["retry-after"], Date.now());
  return [{ on: "refused", reason, unsent: refusal.why === "overloaded", refusal }];
}
