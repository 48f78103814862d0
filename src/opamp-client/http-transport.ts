import * as http from "node:http";
import type { TransportOptions } from "./client-options.ts";
import { decodeServerToAgent } from "./codec.ts";
import { connectFailure, statusFailure } from "./connect-failure.ts";
import { readBody } from "./http-body.ts";
import { isRedirect } from "./redirect.ts";
import { refusalOf } from "./retry-after.ts";
import { connectionOptions } from "./tls-options.ts";
import type { OutgoingMessage, Transport, TransportEvent } from "./transport.ts";

/** OpAMP over plain HTTP: each message is a POST and its answer; one at a time (specification.md#plain-http-transport). */
export function createHttpTransport(
  options: TransportOptions,
  post: (event: TransportEvent) => void,
): Transport {
  const { agent, request } = requesterFor(options);
  let state: "working" | "over" = "working";
  let exchange: http.ClientRequest | undefined;

  function say(event: TransportEvent): void {
    if (state === "over") return;
    if (["dropped", "refused", "sent-elsewhere"].includes(event.on)) end();
    post(event);
  }

  function end(): void {
    state = "over";
    exchange?.destroy();
    agent.destroy();
  }

  return {
    // The connection itself is made with the first message.
    open: () => queueMicrotask(() => say({ on: "ready" })),
    send(message: OutgoingMessage): void {
      try {
        exchange = request(options.endpoint, {
          method: "POST",
          agent,
          headers: requestHeaders(options, message),
        });
        follow(exchange, options, say);
        exchange.end(message.body);
      } catch (error) {
        // Header values and certificates that can never work are found out here.
        const reason = connectFailure(error, options.endpoint);
        queueMicrotask(() => say({ on: "dropped", reason, unsent: true }));
      }
    },
    close(): Promise<void> {
      end();
      return Promise.resolve();
    },
  };
}

interface Requester {
  readonly agent: http.Agent;
  readonly request: typeof http.request;
}

function requesterFor(options: TransportOptions): Requester {
  if (new URL(options.endpoint).protocol !== "https:") {
    return { agent: new http.Agent({ keepAlive: true }), request: http.request };
  }
  // Not an import: without encryption there is no need to load TLS, about 5 ms of start.
  const https = process.getBuiltinModule("node:https");
  const agent = new https.Agent({ keepAlive: true, ...connectionOptions(options.tls) });
  return { agent, request: https.request };
}

function requestHeaders(
  options: TransportOptions,
  message: OutgoingMessage,
): http.OutgoingHttpHeaders {
  const configured = [...options.headers].map(([name, values]) => [
    name.toLowerCase(),
    [...values],
  ]);
  return {
    ...(Object.fromEntries(configured) as Record<string, string[]>),
    "content-type": "application/x-protobuf",
    "content-length": message.body.length,
    "accept-encoding": "gzip",
    "opamp-instance-uid": message.instanceUid,
  };
}

/** Turns what happens to one exchange into events; the last of them is `ready`, `dropped` or `refused`. */
function follow(
  exchange: http.ClientRequest,
  options: TransportOptions,
  say: (event: TransportEvent) => void,
): void {
  let written = false;
  const { connectTimeoutMs, answerTimeoutMs } = options;
  const end = (what: string, ms: number) => (): void =>
    void exchange.destroy(new Error(`${what} within ${ms} ms`));
  const timer = setTimeout(end("no answer", answerTimeoutMs), answerTimeoutMs);
  const connecting = setTimeout(end("no connection", connectTimeoutMs), connectTimeoutMs);
  exchange.on("close", () => {
    clearTimeout(timer);
    clearTimeout(connecting);
  });
  exchange.on("socket", (socket) => {
    const opened = (): void => {
      written = true;
      clearTimeout(connecting);
      say({ on: "opened" });
    };
    // Before the handshake is over nothing of the message has left.
    if (exchange.reusedSocket) opened();
    else socket.once("encrypted" in socket ? "secureConnect" : "connect", opened);
  });
  exchange.on("error", (error) => {
    say({ on: "dropped", reason: connectFailure(error, options.endpoint), unsent: !written });
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
  try {
    const message = decodeServerToAgent(await readBody(response, options.maxMessageBytes));
    return [{ on: "received", message }, { on: "ready" }];
  } catch (error) {
    return [{ on: "dropped", reason: connectFailure(error, options.endpoint), unsent: false }];
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
