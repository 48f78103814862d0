import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { WebSocketServer } from "ws";
import { encodeServerToAgent } from "../../opamp-client/wire/codec.ts";
import type { ServerToAgent } from "../../opamp-client/wire/messages.ts";
import { messageOf } from "../../errors.ts";
import { httpConnectionId, type Connection } from "../fleet/known-agent.ts";
import type { PostDevServerEvent } from "../fleet/dev-server-event.ts";
import { refuse, readBody, acceptsGzip } from "./posted-body.ts";
import { listen, urlHost } from "./start-listening.ts";
import { type Answering, createSockets } from "./opamp-sockets.ts";
import type { Shelf } from "../shelf/shelf.ts";
import { isForShelf, serveFile } from "../shelf/serve-shelf.ts";
import type { Overload } from "../shapes/api-shapes.ts";
import { overloadedWords } from "./overload.ts";
import { logsPath, type ReceiveLogs } from "./receive-logs.ts";
import { peerCertificateOf, type PeerCertificate } from "../connections/peer-certificate.ts";

/** The default path of OpAMP (specification.md#communication-model). */
const opampPath = "/v1/opamp";

/** Where and how agents reach the server. */
interface EndpointOptions {
  readonly host: string;
  readonly port: number;
  /** PEM texts; undefined means plain ws and http. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** The certificate of the authority for clients, PEM. */
  readonly authorityCert: string;
  /** The exact Authorization header that every agent must send; undefined lets everybody in. */
  readonly authorization: string | undefined;
  /** Who comes without that header may speak, as a guest. */
  readonly takesGuests: boolean;
  /** The folder with packages, whose files are downloaded here; undefined: there is none. */
  readonly shelf: Shelf | undefined;
  /** Takes in the log lines of those who may connect. */
  readonly receiveLogs: ReceiveLogs;
  readonly overload: () => Overload;
  /** Received and sent messages, before compression. */
  readonly maxMessageBytes: number;
}

/** The listening endpoint. */
export interface OpampEndpoint {
  readonly url: string;
  /** The same place as `http://` or `https://`, without a path. */
  readonly origin: string;
  /** False when the connection is gone or the message is over the limit. */
  send(connectionId: string, message: ServerToAgent): boolean;
  /** Ends a WebSocket connection; over plain HTTP there is none to end. */
  expel(connectionId: string, why: string): void;
  close(): Promise<void>;
}

const pack = promisify(gzip);

/** Listens for OpAMP on WebSocket and plain HTTP, on one port and one path. */
export async function createOpampEndpoint(
  options: EndpointOptions,
  answering: Answering,
  post: PostDevServerEvent,
): Promise<OpampEndpoint> {
  const { host, port, tls, authorityCert } = options;
  const server =
    tls === undefined
      ? createServer()
      : // Nobody has to show a certificate, and each one that is shown is looked at by us.
        createTlsServer({
          ...tls,
          ca: authorityCert,
          requestCert: true,
          rejectUnauthorized: false,
        });
  const sockets = createSockets(options.maxMessageBytes, answering, post);
  const upgrades = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: { threshold: 1024 },
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    answerRequest(options, answering, post, request, response).catch((error: unknown) => {
      post({ on: "link-failed", connectionId: httpConnectionId, why: messageOf(error) });
      response.destroy();
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const certificate = peerCertificateOf(request.socket, authorityCert);
    const from = guestFrom(options, request);
    const refusal = refusalOfPath(request) ?? refusalOfCaller(options, answering, request, from);
    if (refusal !== undefined) {
      refuseUpgrade(post, socket, refusal);
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (open) =>
      sockets.add(open, addressOf(request), {
        ...(certificate === undefined ? {} : { certificate }),
        ...(from === undefined ? {} : { guestFrom: from }),
      }),
    );
  });
  server.on("tlsClientError", (error: Error) => {
    post({ on: "handshake-failed", why: error.message });
  });
  const peers = track(server);
  const listening = await listen(server, { host, port, option: "--port" });
  const [place, s] = [`${urlHost(host)}:${listening}`, tls === undefined ? "" : "s"];
  return {
    url: `ws${s}://${place}${opampPath}`,
    origin: `http${s}://${place}`,
    send: (connectionId, message) => sockets.send(connectionId, message),
    expel: (connectionId, why) => sockets.expel(connectionId, why),
    close: async () => {
      const stopped = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await sockets.close();
      for (const peer of peers) peer.destroy();
      await stopped;
    },
  };
}

/** Every open TCP connection, upgraded, half-open and silent ones too: each of them keeps a server from closing. */
function track(server: Server): ReadonlySet<Socket> {
  const peers = new Set<Socket>();
  server.on("connection", (peer: Socket) => {
    peers.add(peer);
    peer.once("close", () => peers.delete(peer));
  });
  return peers;
}

interface Refusal {
  readonly status: number;
  readonly why: string;
  readonly retryAfterSeconds?: number;
}

async function answerRequest(
  options: EndpointOptions,
  answering: Answering,
  post: PostDevServerEvent,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const beside = besideOpamp(options, request);
  const answer: Uint8Array | Refusal | undefined =
    beside === undefined
      ? await answerOf(options, answering, post, request)
      : (refusalOfCaller(options, answering, request) ?? (await beside(request, response)));
  if (answer === undefined) return;
  if (answer instanceof Uint8Array) {
    await respond(request, response, answer);
    return;
  }
  post({ on: "request-refused", status: answer.status, why: answer.why });
  if (answer.retryAfterSeconds !== undefined) {
    response.setHeader("retry-after", answer.retryAfterSeconds);
  }
  refuse(response, answer.status, answer.why);
  // An unread body keeps the connection from ending.
  request.resume();
}

/** What else agents find on this port: files of packages, and the place for their log lines. */
function besideOpamp(
  { shelf, receiveLogs }: EndpointOptions,
  request: IncomingMessage,
): ReceiveLogs | undefined {
  if (request.url?.split("?")[0] === logsPath) return receiveLogs;
  if (shelf === undefined || !isForShelf(request)) return undefined;
  return (asked, response) => serveFile(shelf, asked, response);
}

async function answerOf(
  options: EndpointOptions,
  answering: Answering,
  post: PostDevServerEvent,
  request: IncomingMessage,
): Promise<Uint8Array | Refusal> {
  const certificate = peerCertificateOf(request.socket, options.authorityCert);
  const from = guestFrom(options, request);
  const refusal =
    refusalOfPath(request) ??
    refusalOfCaller(options, answering, request, from) ??
    refusalOfPost(request);
  if (refusal !== undefined) return refusal;
  const body = await readBody(request, options.maxMessageBytes);
  if (body.is === "refused") return body;
  const shown = certificate === undefined ? {} : { certificate };
  const guest = from === undefined ? {} : { guestFrom: from };
  const connection: Connection = { id: httpConnectionId, transport: "http", ...shown, ...guest };
  const message = answering.answer(connection, body.bytes);
  const bytes = encodeServerToAgent(message);
  if (bytes.length > options.maxMessageBytes) {
    post({ on: "message-withheld", connectionId: httpConnectionId, bytes: bytes.length });
    return { status: 500, why: "the answer would be larger than the server's limit" };
  }
  const parts = Object.keys(message);
  post({ on: "message-sent", connectionId: httpConnectionId, parts, bytes: bytes.length });
  return bytes;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
): Promise<void> {
  const packed = acceptsGzip(request.headers["accept-encoding"]?.toString());
  const body = packed ? await pack(bytes) : bytes;
  response.writeHead(200, {
    "content-type": "application/x-protobuf",
    "content-length": body.length,
    vary: "Accept-Encoding",
    ...(packed ? { "content-encoding": "gzip" } : {}),
  });
  response.end(body);
}

function refusalOfPath({ url }: IncomingMessage): Refusal | undefined {
  if (url?.split("?")[0] === opampPath) return undefined;
  return { status: 404, why: `expected the path ${opampPath}, or ${logsPath} for log lines` };
}

/** Where somebody is who may speak without credentials; whoever shows wrong ones may not. */
function guestFrom(
  { authorization, takesGuests }: EndpointOptions,
  request: IncomingMessage,
): string | undefined {
  const shows = authorization === undefined || request.headers.authorization !== undefined;
  return shows || !takesGuests ? undefined : addressOf(request);
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? "unknown";
}

/** Whoever may not talk to us gets no file either; a guest may talk, and gets none. */
function refusalOfCaller(
  options: EndpointOptions,
  answering: Answering,
  request: IncomingMessage,
  guest?: string,
): Refusal | undefined {
  const { authorization, overload } = options;
  const { on, retryAfterSeconds } = overload();
  if (on) {
    const when = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return { status: 503, why: overloadedWords, ...when };
  }
  const known = authorization === undefined || request.headers.authorization === authorization;
  if (!known && guest === undefined) {
    const why = "expected the Authorization header that this server was started with";
    return { status: 401, why };
  }
  return refusalOfPeer(answering, peerCertificateOf(request.socket, options.authorityCert));
}

/** Whoever has other credentials may come back with them soon. */
function refusalOfPeer(
  answering: Answering,
  certificate: PeerCertificate | undefined,
): Refusal | undefined {
  if (certificate === undefined || !answering.revoked(certificate)) return undefined;
  const why = "the client certificate that was shown has been revoked";
  return { status: 403, why, retryAfterSeconds: 1 };
}

function refusalOfPost(request: IncomingMessage): Refusal | undefined {
  const why = `this is an OpAMP endpoint: open a WebSocket, or POST with Content-Type application/x-protobuf`;
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/x-protobuf") {
    return request.method === "POST" ? undefined : { status: 405, why };
  }
  return { status: request.method === "POST" ? 415 : 426, why };
}

function refuseUpgrade(post: PostDevServerEvent, socket: Duplex, refusal: Refusal): void {
  const { status, why, retryAfterSeconds } = refusal;
  post({ on: "request-refused", status, why });
  socket.on("error", () => socket.destroy());
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    "Connection: close",
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(why)}`,
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${why}`);
}
