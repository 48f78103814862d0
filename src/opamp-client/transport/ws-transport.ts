import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { messageOf } from "../../errors.ts";
import { targetOf } from "../../net/proxy.ts";
import { tunnelAgent } from "../../net/requester.ts";
import { type Progress, tooLate, watchConnection } from "../../net/watch-connection.ts";
import type { TransportOptions } from "./client-options.ts";
import { decodeServerToAgent } from "../wire/codec.ts";
import {
  connectFailure,
  type RefusalSigns,
  isUntrusted,
  pageFailure,
  statusFailure,
} from "./connect-failure.ts";
import { leastPackedBytes } from "./pack.ts";
import { isRedirect } from "./redirect.ts";
import { signsOf } from "./refusal-words.ts";
import { momentOf, refusalOf } from "./retry-after.ts";
import { connectionOptions } from "./tls-options.ts";
import type { TransportEvent, Transport, OutgoingMessage } from "./transport.ts";
import { addFrameHeader, readFrame } from "../wire/ws-frame.ts";
import { type Life, watchLife } from "./ws-life.ts";

/** The close code of a side that got a larger message than it takes. */
const messageTooBig = 1009;

// No state is kept from one message to the next: that would take more memory than a whole client.
const deflate = {
  threshold: leastPackedBytes,
  clientNoContextTakeover: true,
  serverNoContextTakeover: true,
};

/** OpAMP over one WebSocket: binary frames with a header, pings so that a dead connection is noticed. */
export function createWsTransport(
  options: TransportOptions,
  post: (event: TransportEvent) => void,
): Transport {
  let state: "fresh" | "used" | "over" = "fresh";
  let socket: WebSocket | undefined;
  let life: Life | undefined;

  function say(event: TransportEvent): void {
    if (state !== "used") return;
    if (["dropped", "refused", "sent-elsewhere"].includes(event.on)) state = "over";
    post(event);
  }

  return {
    open(): void {
      state = "used";
      try {
        socket = connect(options, say);
        life = watchLife(socket, options);
      } catch (error) {
        // The constructor throws for addresses and headers that can never work.
        const reason = connectFailure(error, options.endpoint);
        queueMicrotask(() => say({ on: "dropped", reason, unsent: true }));
      }
    },
    send({ body }: OutgoingMessage): void {
      socket?.send(addFrameHeader(body), { binary: true }, (error) => {
        // A failed write is followed by the close of the socket, which says more.
        if (error == null) say({ on: "ready" });
      });
      life?.expectAnswer();
    },
    async close(goodbye?: OutgoingMessage): Promise<void> {
      state = "over";
      if (goodbye !== undefined && socket?.readyState === WebSocket.OPEN) {
        socket.send(addFrameHeader(goodbye.body), { binary: true }, () => undefined);
      }
      if (socket !== undefined) await closed(socket, options.stopTimeoutMs);
    },
  };
}

function connect(options: TransportOptions, say: (event: TransportEvent) => void): WebSocket {
  const { endpoint, proxy, connectTimeoutMs } = options;
  const { secure, host } = targetOf(endpoint);
  const tls = connectionOptions(options.tls);
  const tunnel = proxy && tunnelAgent(secure, { tls, keepAlive: false }, proxy);
  let progress: Progress | undefined;
  let failure: unknown;
  const socket = new WebSocket(endpoint, {
    headers: Object.fromEntries([...options.headers].map(([name, values]) => [name, [...values]])),
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: options.compression && deflate,
    finishRequest(request) {
      progress = watchConnection(request, host, proxy !== undefined, () => undefined);
      request.end();
    },
    ...tls,
    ...(tunnel && { agent: tunnel.agent }),
  });
  // The time limit of ws begins anew with each byte that comes.
  const timer = setTimeout(() => {
    if (progress !== undefined) failure = tooLate(progress, connectTimeoutMs);
    socket.terminate();
  }, connectTimeoutMs);
  socket.on("open", () => {
    clearTimeout(timer);
    progress = undefined;
    say({ on: "opened" });
    say({ on: "ready" });
  });
  socket.on("message", (data, isBinary) => say(readMessage(data as Buffer, isBinary)));
  socket.on("error", (error) => {
    failure ??= error;
  });
  socket.on("unexpected-response", (request, response) => {
    void signsOf(response, options).then((signs) => {
      say(refusedBy(response, options, signs));
      request.destroy();
      socket.terminate();
    });
  });
  socket.on("close", (code, reason) => {
    clearTimeout(timer);
    tunnel?.end();
    say({
      on: "dropped",
      reason:
        failure === undefined
          ? whyClosed(code, reason.toString())
          : connectFailure(failure, endpoint, progress),
      unsent: false,
      tooLarge: code === messageTooBig && failure === undefined,
      untrusted: isUntrusted(failure),
    });
  });
  return socket;
}

function readMessage(data: Buffer, isBinary: boolean): TransportEvent {
  if (!isBinary) return { on: "discarded", reason: "the server sent a text frame" };
  const body = readFrame(data);
  if (body === undefined)
    return { on: "discarded", reason: "the server sent a frame with another header than zero" };
  try {
    return { on: "received", message: decodeServerToAgent(body) };
  } catch (error) {
    return { on: "discarded", reason: messageOf(error) };
  }
}

function refusedBy(
  response: IncomingMessage,
  options: TransportOptions,
  signs: RefusalSigns,
): TransportEvent {
  const status = response.statusCode ?? 0;
  const { "content-type": type, "retry-after": retryAfter, date } = response.headers;
  const page = status === 200 ? pageFailure(type, options.endpoint) : undefined;
  const reason = page ?? statusFailure(status, options.endpoint, signs);
  if (isRedirect(status, false)) {
    return { on: "sent-elsewhere", reason, status, location: response.headers.location };
  }
  return {
    on: "refused",
    reason,
    unsent: true,
    refusal: refusalOf(status, retryAfter, momentOf(date)),
  };
}

function whyClosed(code: number, reason: string): string {
  const words = reason === "" ? "" : `: ${reason}`;
  if (code === 1006) return "the connection broke";
  return `the server closed the connection with code ${code}${words}`;
}

/** Close 1000 and the other side's answer to it, or the end of the wait. */
async function closed(socket: WebSocket, timeoutMs: number): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.terminate(), timeoutMs);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(1000);
  });
}
