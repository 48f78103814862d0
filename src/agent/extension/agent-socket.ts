import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket, RawData } from "ws";
import { messageOf } from "../../errors.ts";
import { encodeServerToAgent, decodeAgentToServer } from "../../opamp-client/wire/codec.ts";
import type { ServerToAgent, AgentToServer } from "../../opamp-client/wire/messages.ts";
import { addFrameHeader, readFrame } from "../../opamp-client/wire/ws-frame.ts";
import { createInbox, type HealthPauses } from "./newest-health.ts";
import { createReadingPace, type PaceLimits } from "./reading-pace.ts";

/** One WebSocket of the agent's extension, in messages. */
export interface AgentSocket {
  /** Sets who is told what happens. Called once, right after the upgrade. */
  readonly hear: (ears: Ears) => void;
  readonly send: (message: ServerToAgent) => void;
  /** Closes it with a close frame; resolves when it is closed, in bounded time. */
  readonly close: () => Promise<void>;
}

interface Ears {
  /** `overtaken`: how many messages right before it were left out, because it says what they said. */
  readonly message: (message: AgentToServer, overtaken: number) => void;
  readonly discarded: (why: string) => void;
  readonly closed: () => void;
}

interface SocketLimits {
  readonly maxMessageBytes: number;
  readonly pingEveryMs: number;
  readonly health: HealthPauses;
  readonly pace: PaceLimits;
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
  limits: SocketLimits,
  opened: (socket: AgentSocket) => void,
): Promise<void> {
  const { WebSocketServer } = await import("ws");
  const upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
  });
  upgrades.handleUpgrade(request, stream, head, (socket) => opened(agentSocket(socket, limits)));
}

function agentSocket(
  socket: WebSocket,
  { maxMessageBytes, pingEveryMs, health, pace: paceLimits }: SocketLimits,
): AgentSocket {
  return {
    hear: ({ message, discarded, closed }) => {
      const inbox = createInbox((body, overtaken) => {
        pace.cost(body.length);
        const read = readMessage(body);
        if ("why" in read) discarded(read.why);
        else message(read.message, overtaken);
      }, health);
      const strange = (): void => {
        pace.cost(0);
        discarded("the agent's extension sent a frame that is no OpAMP message");
      };
      const pace = createReadingPace<Uint8Array | undefined>(
        {
          pass: (body) => (body === undefined ? strange() : inbox.take(body)),
          hold: () => socket.pause(),
          goOn: () => socket.resume(),
        },
        paceLimits,
      );
      socket.on("message", (data, isBinary) => pace.take(bodyOf(data, isBinary)));
      // What is too large or no WebSocket at all: a close follows.
      socket.on("error", (error) => discarded(`the agent's extension: ${error.message}`));
      socket.on("close", () => {
        pace.close();
        inbox.close();
        closed();
      });
      watch(socket, pingEveryMs);
    },
    send: (message) => {
      // An agent that does not read gets nothing more.
      if (socket.readyState !== socket.OPEN || socket.bufferedAmount > maxMessageBytes) return;
      // A failed write is followed by the close of the socket.
      socket.send(addFrameHeader(encodeServerToAgent(message)), { binary: true }, () => undefined);
    },
    close: () => closed(socket),
  };
}

function bodyOf(data: RawData, isBinary: boolean): Uint8Array | undefined {
  return isBinary ? readFrame(data as Buffer) : undefined;
}

function readMessage(
  body: Uint8Array,
): { readonly message: AgentToServer } | { readonly why: string } {
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
    // Of one that we do not read there is no sign.
    if (!alive && !socket.isPaused) return socket.terminate();
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
    // Its goodbye has to be read.
    socket.resume();
    socket.close(goingAway);
  });
}
