import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket, RawData } from "ws";
import { messageOf } from "../../errors.ts";
import { encodeServerToAgent, decodeAgentToServer } from "../../opamp-client/wire/codec.ts";
import type { ServerToAgent, AgentToServer } from "../../opamp-client/wire/messages.ts";
import { addFrameHeader, readFrame } from "../../opamp-client/wire/ws-frame.ts";

/** One WebSocket of the agent's extension, in messages. */
export interface AgentSocket {
  /** Sets who is told what happens. Called once, right after the upgrade. */
  readonly hear: (ears: Ears) => void;
  readonly send: (message: ServerToAgent) => void;
  /** Closes it with a close frame; resolves when it is closed, in bounded time. */
  readonly close: () => Promise<void>;
}

interface Ears {
  readonly message: (message: AgentToServer) => void;
  readonly discarded: (why: string) => void;
  readonly closed: () => void;
}

interface SocketLimits {
  readonly maxMessageBytes: number;
  readonly pingEveryMs: number;
}

const closeWithinMs = 1_000;
const goingAway = 1001;

/**
 * Completes the upgrade; what is no upgrade is answered 400 and closed. The WebSocket library is loaded here: the
 * agent comes long after our own start.
 */
export async function upgradeToAgentSocket(
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
  { maxMessageBytes, pingEveryMs }: SocketLimits,
  opened: (socket: AgentSocket) => void,
): Promise<void> {
  const { WebSocketServer } = await import("ws");
  const upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
  });
  upgrades.handleUpgrade(request, stream, head, (socket) =>
    opened(agentSocket(socket, maxMessageBytes, pingEveryMs)),
  );
}

function agentSocket(socket: WebSocket, maxWaitingBytes: number, pingEveryMs: number): AgentSocket {
  return {
    hear: ({ message, discarded, closed }) => {
      socket.on("message", (data, isBinary) => {
        const read = readMessage(data, isBinary);
        if ("why" in read) discarded(read.why);
        else message(read.message);
      });
      // What is too large or no WebSocket at all: a close follows.
      socket.on("error", (error) => discarded(`the agent's extension: ${error.message}`));
      socket.on("close", closed);
      watch(socket, pingEveryMs);
    },
    send: (message) => {
      // An agent that does not read gets nothing more.
      if (socket.readyState !== socket.OPEN || socket.bufferedAmount > maxWaitingBytes) return;
      // A failed write is followed by the close of the socket.
      socket.send(addFrameHeader(encodeServerToAgent(message)), { binary: true }, () => undefined);
    },
    close: () => closed(socket),
  };
}

function readMessage(
  data: RawData,
  isBinary: boolean,
): { readonly message: AgentToServer } | { readonly why: string } {
  const body = isBinary ? readFrame(data as Buffer) : undefined;
  if (body === undefined) {
    return { why: "the agent's extension sent a frame that is no OpAMP message" };
  }
  try {
    return { message: decodeAgentToServer(body) };
  } catch (error) {
    return { why: `the agent's extension: ${messageOf(error)}` };
  }
}

/** Anything that comes in is a sign of life. */
function watch(socket: WebSocket, pingEveryMs: number): void {
  let alive = true;
  const sign = (): void => {
    alive = true;
  };
  for (const event of ["message", "ping", "pong"]) socket.on(event, sign);
  const timer = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, pingEveryMs);
  timer.unref();
  socket.on("close", () => clearInterval(timer));
}

async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => socket.terminate(), closeWithinMs);
    socket.once("close", () => {
      clearTimeout(cut);
      resolve();
    });
    socket.close(goingAway);
  });
}
