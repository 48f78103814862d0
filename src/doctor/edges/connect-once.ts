import { createHash, randomBytes } from "node:crypto";
import * as http from "node:http";
import type { Duplex } from "node:stream";
import type { ConnectionOptions, PeerCertificate } from "node:tls";
import { type ProxyOptions, targetOf } from "../../net/proxy.ts";
import { createRequester, tunnelAgent } from "../../net/requester.ts";
import { tooLate, watchConnection, type Progress } from "../../net/watch-connection.ts";
import type { AnswerFacts, ConnectionFacts, StepName } from "../judge/judge-server.ts";
import { watchSteps } from "./watch-steps.ts";

/** What one connection is made with. */
export interface ConnectTerms {
  readonly endpoint: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly tls: ConnectionOptions;
  readonly proxy: ProxyOptions | undefined;
  readonly timeoutMs: number;
}

/** How far it came; `error` is why it went no further. */
export interface Connected extends Pick<ConnectionFacts, "steps" | "answer"> {
  readonly certificate: PeerCertificate | undefined;
  readonly error:
    { readonly step: StepName; readonly cause: unknown; readonly progress: Progress } | undefined;
}

/**
 * Makes one connection as the supervisor would, with its credentials, and sends no message of OpAMP on it: a WebSocket is
 * closed as soon as it is agreed on, and over plain HTTP it is asked with GET. So no server takes it for an agent, and
 * the connection of a supervisor that runs stays as it is. Never rejects.
 */
export function connectOnce(terms: ConnectTerms): Promise<Connected> {
  const { endpoint, proxy, timeoutMs } = terms;
  return new Promise((resolve) => {
    const key = randomBytes(16).toString("base64");
    const { request, end } = requestFor(terms, key);
    const { host } = targetOf(endpoint);
    const steps = watchSteps(request, proxy !== undefined);
    const progress = watchConnection(request, host, proxy !== undefined, () => undefined);
    const finish = (rest: Pick<Connected, "answer" | "error">): void => {
      clearTimeout(timer);
      resolve({ steps: steps.done(), certificate: progress.certificate, ...rest });
      // A late failure of what is over says nothing any more.
      request.on("error", () => undefined).destroy();
      end();
    };
    const fail = (cause: unknown): void =>
      finish({ answer: undefined, error: { step: stepOf(progress, cause), cause, progress } });
    const timer = setTimeout(() => fail(tooLate(progress, timeoutMs)), timeoutMs);
    request.on("error", fail);
    request.on("upgrade", (response: http.IncomingMessage, socket: Duplex) => {
      steps.answered();
      goodbye(socket);
      finish({ answer: answerOf(response, accepts(response, key)), error: undefined });
    });
    request.on("response", (response: http.IncomingMessage) => {
      steps.answered();
      response.on("error", () => undefined).destroy();
      finish({ answer: answerOf(response, false), error: undefined });
    });
    request.end();
  });
}

function requestFor(
  { endpoint, headers, tls, proxy, timeoutMs }: ConnectTerms,
  key: string,
): { readonly request: http.ClientRequest; readonly end: () => void } {
  const socket = /^wss?:/i.test(endpoint);
  const url = endpoint.replace(/^ws/i, "http");
  const options: http.RequestOptions = {
    method: "GET",
    headers: {
      ...Object.fromEntries([...headers].map(([name, values]) => [name, [...values]])),
      ...(socket && upgradeWith(key)),
    },
  };
  if (proxy !== undefined && socket) {
    const { secure } = targetOf(endpoint);
    const tunnel = tunnelAgent(
      secure,
      { tls, keepAlive: false, signal: AbortSignal.timeout(timeoutMs) },
      proxy,
    );
    const send = secure ? process.getBuiltinModule("node:https").request : http.request;
    return { request: send(url, { ...options, agent: tunnel.agent }), end: tunnel.end };
  }
  const requester = createRequester(url, { tls, proxy, keepAlive: false });
  return { request: requester.request(options), end: requester.end };
}

function upgradeWith(key: string): Readonly<Record<string, string>> {
  return {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": key,
  };
}

const acceptMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function accepts({ headers }: http.IncomingMessage, key: string): boolean {
  const wanted = createHash("sha1").update(`${key}${acceptMagic}`).digest("base64");
  return headers["sec-websocket-accept"] === wanted;
}

/** Close 1000, masked as a client's frames are: the server need not log a connection that broke. */
function goodbye(socket: Duplex): void {
  const mask = randomBytes(4);
  const code = Buffer.from([1000 >> 8, 1000 & 255]).map((byte, at) => byte ^ (mask[at] ?? 0));
  socket.on("error", () => undefined);
  socket.end(Buffer.concat([Buffer.from([0x88, 0x82]), mask, code]));
  socket.resume();
}

function answerOf(
  { statusCode = 0, headers }: http.IncomingMessage,
  accepted: boolean,
): AnswerFacts {
  const theirs = Date.parse(headers.date ?? "");
  return {
    status: statusCode,
    accepted,
    contentType: headers["content-type"],
    location: headers.location,
    clock: Number.isNaN(theirs) ? undefined : { theirs, ours: Date.now() },
  };
}

const stepNames: Readonly<Record<Progress["phase"], StepName>> = {
  proxy: "proxy",
  name: "name",
  connection: "connection",
  handshake: "tls",
  answer: "answer",
};

/** A name that is not found ends the step that looks for it, though the next one has its turn by then. */
function stepOf({ phase }: Progress, cause: unknown): StepName {
  const lookedUp = cause instanceof Error && "syscall" in cause && cause.syscall === "getaddrinfo";
  return lookedUp ? "name" : stepNames[phase];
}
