import { once } from "node:events";
import { type IncomingHttpHeaders, createServer, type IncomingMessage } from "node:http";
import {
  type ServerOptions,
  createServer as createTlsServer,
  Server as TlsServer,
} from "node:https";
import type { Socket, AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { decodeAgentToServer, encodeServerToAgent } from "../../../src/opamp-client/wire/codec.ts";
import type { AgentToServer, ServerToAgent } from "../../../src/opamp-client/wire/messages.ts";
import { addFrameHeader, readFrame } from "../../../src/opamp-client/wire/ws-frame.ts";
import { type EventLog, createEventLog } from "../event-log.ts";

/** What the fake server saw, with the moment (ms, monotonic) and the number of the connection. */
export type Seen =
  | {
      readonly saw: "request";
      readonly via: Via;
      readonly request: SeenRequest;
      readonly at: number;
    }
  | SeenMessage
  | { readonly saw: "connection"; readonly connection: FakeConnection; readonly at: number }
  | { readonly saw: "ping"; readonly number: number; readonly at: number }
  | { readonly saw: "close"; readonly number: number; readonly code: number; readonly at: number };

export interface SeenMessage {
  readonly saw: "message";
  readonly via: Via;
  /** As it came: with the frame header on WebSocket, still compressed on HTTP. */
  readonly raw: Uint8Array;
  readonly binary: boolean;
  readonly message: AgentToServer;
  readonly number: number;
  readonly at: number;
}

export type Via = "ws" | "http";

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** An HTTP answer instead of the usual one; `hang` never answers, `cut` breaks the connection. */
export type HttpAnswer =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: Uint8Array;
      /** The answer is held back until then. */
      readonly after?: Promise<unknown>;
    }
  | "hang"
  | "cut";

/** One WebSocket connection as the server holds it. */
export interface FakeConnection {
  readonly number: number;
  send(message: ServerToAgent): void;
  sendRaw(data: Uint8Array | string): void;
  /** Bytes that are a frame already. */
  sendFrame(frame: Uint8Array): void;
  /** How much came over the wire, the request that began it included. */
  bytesRead(): number;
  close(code: number, reason?: string): void;
  /** Breaks the connection without a word. */
  cut(): void;
  /** From now on nothing is read, written or closed: the other side is gone and nobody knows. */
  freeze(): void;
}

/** What the server does; each may be changed at any time. */
export interface Script {
  /** The answer to a message; undefined is no answer on WebSocket and an empty one on HTTP. */
  reply: (message: AgentToServer) => ServerToAgent | undefined;
  /** Before anything is looked at: a refusal of the upgrade, or another answer to a POST. */
  intercept: (via: Via, message: AgentToServer | undefined) => HttpAnswer | undefined;
}

/** A real server on loopback that speaks both transports and writes down everything. */
export interface FakeServer {
  readonly wsUrl: string;
  readonly httpUrl: string;
  readonly port: number;
  readonly script: Script;
  readonly seen: EventLog<Seen>;
  /** The `count`th message in all. */
  message(count: number): Promise<SeenMessage>;
  connection(count: number): Promise<FakeConnection>;
  messages(): SeenMessage[];
  /** New connections get this certificate. */
  setTls(options: ServerOptions): void;
  /** Is called with each connection once it is encrypted. */
  onSecure(look: (socket: TLSSocket) => void): void;
  close(): Promise<void>;
}

/** How the fake server is to be started. */
export interface FakeServerOptions {
  readonly port?: number;
  readonly tls?: ServerOptions;
  readonly script?: Partial<Script>;
  /** Agrees on permessage-deflate. */
  readonly deflate?: boolean;
}

/** Starts a fake server, closed with the test; with TLS options its addresses are wss and https. */
export async function startFakeServer(options: FakeServerOptions = {}): Promise<FakeServer> {
  const server = await openFakeServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** Starts one that outlives a test: whoever starts it closes it. */
export async function openFakeServer(options: FakeServerOptions = {}): Promise<FakeServer> {
  const seen = createEventLog<Seen>();
  const script: Script = {
    reply: () => ({}),
    intercept: () => undefined,
    ...options.script,
  };
  const server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
  const sockets = new Set<Socket>();
  const upgrades = new WebSocketServer({
    noServer: true,
    maxPayload: 256 * 1024 * 1024,
    perMessageDeflate: options.deflate ?? false,
  });
  let connections = 0;

  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("request", (request: IncomingMessage, response) => {
    void collect(request).then(async (raw) => {
      seen.add({ saw: "request", via: "http", request: requestOf(request), at: performance.now() });
      const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
      const message = decodeAgentToServer(plain);
      const base = { saw: "message", via: "http", raw, binary: true, message, number: 0 } as const;
      seen.add({ ...base, at: performance.now() });
      const answer = script.intercept("http", message) ?? {};
      if (answer === "hang") return;
      if (answer === "cut") {
        request.socket.destroy();
        return;
      }
      const reply = script.reply(message) ?? {};
      await answer.after;
      response.writeHead(answer.status ?? 200, {
        "content-type": "application/x-protobuf",
        ...answer.headers,
      });
      response.end(answer.body ?? encodeServerToAgent(reply));
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    seen.add({ saw: "request", via: "ws", request: requestOf(request), at: performance.now() });
    const answer = script.intercept("ws", undefined);
    if (answer === "hang") return;
    if (answer !== undefined) {
      if (answer !== "cut") socket.write(refusal(answer));
      socket.destroySoon();
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (ws) => {
      connections += 1;
      serve(ws, socket, connections, script, seen);
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const s = options.tls === undefined ? "" : "s";
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  return {
    wsUrl: `ws${s}://127.0.0.1:${port}/v1/opamp`,
    httpUrl: `http${s}://127.0.0.1:${port}/v1/opamp`,
    port,
    script,
    seen,
    message: (count) => seen.until((one) => one.saw === "message", count),
    connection: async (count) => {
      const entry = await seen.until((one) => one.saw === "connection", count);
      return entry.connection;
    },
    messages: () => seen.all.filter((one) => one.saw === "message"),
    setTls(tls: ServerOptions): void {
      if (server instanceof TlsServer) server.setSecureContext(tls);
    },
    onSecure: (look) => void server.on("secureConnection", look),
    close,
  };
}

/** The message with this answer to the connection settings that were offered under a hash. */
export function settingsStatus(
  { seen }: FakeServer,
  hash: string,
  status: number,
): Promise<SeenMessage> {
  return seen.until((each): each is SeenMessage => {
    const told = each.saw === "message" ? each.message.connectionSettingsStatus : undefined;
    const same = Buffer.from(told?.lastConnectionSettingsHash ?? []).toString() === hash;
    return same && told?.status === status;
  });
}

function serve(
  ws: WebSocket,
  socket: Socket,
  number: number,
  script: Script,
  seen: EventLog<Seen>,
): void {
  const connection: FakeConnection = {
    number,
    send: (message) => ws.send(addFrameHeader(encodeServerToAgent(message))),
    sendRaw: (data) => ws.send(data),
    sendFrame: (frame) => void socket.write(frame),
    bytesRead: () => socket.bytesRead,
    close: (code, reason) => ws.close(code, reason),
    cut: () => socket.destroy(),
    freeze: () => {
      socket.pause();
      ws.pause();
    },
  };
  ws.on("error", () => ws.terminate());
  ws.on("close", (code) => seen.add({ saw: "close", number, code, at: performance.now() }));
  ws.on("ping", () => seen.add({ saw: "ping", number, at: performance.now() }));
  ws.on("message", (data: Buffer, binary) => {
    const raw = new Uint8Array(data);
    const message = decodeAgentToServer(readFrame(raw) ?? raw);
    seen.add({ saw: "message", via: "ws", raw, binary, message, number, at: performance.now() });
    const reply = script.reply(message);
    if (reply !== undefined) connection.send(reply);
  });
  seen.add({ saw: "connection", connection, at: performance.now() });
}

function refusal(answer: Exclude<HttpAnswer, string>): string {
  const { status = 400, body = new Uint8Array() } = answer;
  const length = String(body.length);
  const headers = Object.entries({
    "content-length": length,
    connection: "close",
    ...answer.headers,
  });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} refused\r\n${lines.join("")}\r\n${Buffer.from(body).toString()}`;
}

function requestOf({ method = "", url = "", headers }: IncomingMessage): SeenRequest {
  return { method, target: url, headers };
}

async function collect(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}
