import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { WebSocket, type ClientOptions } from "ws";
import type { DevServerEvent } from "../../src/dev-server/fleet/dev-server-event.ts";
import {
  type DevServerOptions,
  type DevServer,
  createDevServer,
} from "../../src/dev-server/server.ts";
import { decodeServerToAgent, encodeAgentToServer } from "../../src/opamp-client/wire/codec.ts";
import type { AgentToServer, ServerToAgent } from "../../src/opamp-client/wire/messages.ts";
import { readFrame, addFrameHeader } from "../../src/opamp-client/wire/ws-frame.ts";

export const pageDirectory: string = fileURLToPath(
  new URL("../../src/dev-server/page", import.meta.url),
);

/** Everything but packages and connection settings. */
export const fullCapabilities = 0x1c07n;

/** 16 bytes, all the same. */
export function uidOf(byte: number): Uint8Array {
  return new Uint8Array(16).fill(byte);
}

/** A message with only what every message has. */
export function bare(byte: number, sequenceNum: bigint, capabilities: bigint = 1n): AgentToServer {
  return { instanceUid: uidOf(byte), sequenceNum, capabilities };
}

/** A server on free ports that is closed with the test. */
export async function startServer(
  options: Partial<DevServerOptions> = {},
): Promise<{ server: DevServer; events: DevServerEvent[] }> {
  const events: DevServerEvent[] = [];
  const server = await createDevServer(
    { pageDirectory, opampPort: 0, pagePort: 0, ...options },
    (event) => events.push(event),
  );
  onTestFinished(() => server.close());
  return { server, events };
}

/** A WebSocket peer that sends hand-made bytes and keeps what comes back. */
export interface RawAgent {
  readonly socket: WebSocket;
  /** Sends a message and waits for the next one that comes. */
  ask(message: AgentToServer): Promise<ServerToAgent>;
  /** Sends bytes as they are and waits for the next message that comes. */
  askRaw(bytes: Uint8Array | string): Promise<ServerToAgent>;
  /** The next message that was not read yet. */
  next(): Promise<ServerToAgent>;
  /** Messages that came and were not read yet. */
  readonly unread: readonly ServerToAgent[];
  closed: Promise<number>;
}

export async function connect(url: string, options: ClientOptions = {}): Promise<RawAgent> {
  const socket = new WebSocket(url, options);
  onTestFinished(() => socket.terminate());
  const unread: ServerToAgent[] = [];
  const readers: ((message: ServerToAgent) => void)[] = [];
  socket.on("message", (frame: Buffer) => {
    const message = decodeServerToAgent(readFrame(frame)!);
    const reader = readers.shift();
    if (reader === undefined) unread.push(message);
    else reader(message);
  });
  const closed = new Promise<number>((resolve) => {
    socket.once("close", resolve);
  });
  await once(socket, "open");
  const next = (): Promise<ServerToAgent> => {
    const waiting = unread.shift();
    return waiting === undefined
      ? new Promise((resolve) => readers.push(resolve))
      : Promise.resolve(waiting);
  };
  const askRaw = (bytes: Uint8Array | string): Promise<ServerToAgent> => {
    socket.send(bytes);
    return next();
  };
  const ask = (message: AgentToServer): Promise<ServerToAgent> =>
    askRaw(addFrameHeader(encodeAgentToServer(message)));
  return { socket, ask, askRaw, next, unread, closed };
}

/** The plain HTTP address of a server's endpoint. */
export function httpUrl(server: DevServer): string {
  return server.opampUrl.replace(/^ws/, "http");
}

/** One exchange over plain HTTP with bytes as they are. */
export function postRaw(
  server: DevServer,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(httpUrl(server), {
    method: "POST",
    body,
    headers: { "content-type": "application/x-protobuf", ...headers },
  });
}

/** One exchange over plain HTTP. */
export async function poll(server: DevServer, message: AgentToServer): Promise<ServerToAgent> {
  const response = await postRaw(server, encodeAgentToServer(message));
  return decodeServerToAgent(new Uint8Array(await response.arrayBuffer()));
}

/** A port that something else listens on until the test ends. */
export async function takenPort(): Promise<number> {
  const other = createServer();
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => {
    other.close();
  });
  const address = other.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
