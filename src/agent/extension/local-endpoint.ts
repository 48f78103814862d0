import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { messageOf } from "../../errors.ts";
import { connectionLimit, holdAtMost } from "../../files/connection-limit.ts";
import type { AgentToServer, ServerToAgent } from "../../opamp-client/wire/messages.ts";
import { type AgentSocket, upgradeToAgentSocket } from "./agent-socket.ts";
import type { HealthPauses } from "./newest-health.ts";
import type { PaceLimits } from "./reading-pace.ts";
import { type LocalEndpoint, runOfToken, tokenHeader } from "./local-token.ts";

/** What comes from the agent's own OpAMP extension; each carries the run whose token it showed. */
export type LocalFact =
  | { readonly on: "agent-connected"; readonly run: number }
  | { readonly on: "agent-disconnected"; readonly run: number }
  /** `overtaken`: how many messages right before it were left out, because it says what they said. */
  | {
      readonly on: "agent-said";
      readonly run: number;
      readonly message: AgentToServer;
      readonly overtaken: number;
    }
  /** The port cannot be had; the reason is for people. */
  | { readonly on: "port-refused"; readonly why: string }
  /** Somebody or something was turned away; the reason is for people. */
  | { readonly on: "turned-away"; readonly why: string };

/** The OpAMP server for the agent alone. It never throws, and decides nothing but whom it lets in. */
interface LocalServer {
  /** Resolves to the port; undefined when there is none to be had. Never rejects. */
  readonly listen: () => Promise<number | undefined>;
  /** Sends to the connection of this run; what cannot be sent is lost. */
  readonly send: (run: number, message: ServerToAgent) => void;
  readonly close: () => Promise<void>;
}

/** Sizes and times; data, so that a test can choose small ones. */
export interface LocalLimits {
  readonly maxMessageBytes: number;
  /** Between two pings; a peer that is silent from one to the next is gone. */
  readonly pingEveryMs: number;
  /** For the head of a request. */
  readonly requestTimeoutMs: number;
  readonly health: HealthPauses;
  readonly pace: PaceLimits;
}

/** The path that the agent asks for. */
export const localPath = "/v1/opamp";

const defaultLimits: LocalLimits = {
  maxMessageBytes: 16 * 1024 * 1024,
  pingEveryMs: 15_000,
  requestTimeoutMs: 5_000,
  // The server is told of the health of components as often as it is heard.
  health: { gatherMs: 50, betweenMs: 1_000 },
  // A collector says some ten things when it starts, and components that talk to the server seldom more than one a second.
  // The health of 5,000 pipelines is a megabyte, and is to be heard again a second later.
  pace: { burst: 100, bytesEach: 64 * 1024, everyMs: 10 },
};
/** Far more than one agent needs, far less than would hurt. */
const mostConnections = 32;

/**
 * A server that listens on the loopback only, and lets in only who shows the secret. Of two connections the newest
 * counts.
 */
export function createLocalServer(
  { port, secret }: LocalEndpoint,
  post: (fact: LocalFact) => void,
  limits: LocalLimits = defaultLimits,
): LocalServer {
  let current: { readonly run: number; readonly socket: AgentSocket } | undefined;
  const turnAway = (why: string): void => post({ on: "turned-away", why });
  const leave = (): void => {
    if (current === undefined) return;
    const { run, socket } = current;
    current = undefined;
    void socket.close();
    post({ on: "agent-disconnected", run });
  };
  const take = (run: number, socket: AgentSocket): void => {
    leave();
    current = { run, socket };
    post({ on: "agent-connected", run });
    socket.hear({
      message: (message, overtaken) => {
        if (current?.socket === socket) post({ on: "agent-said", run, message, overtaken });
      },
      discarded: turnAway,
      closed: () => {
        if (current?.socket === socket) leave();
      },
    });
  };
  const server = createServer((request, response) => {
    const known = runOfToken(secret, tokenIn(request)) !== undefined;
    if (!known) turnAway(stranger(request));
    response.writeHead(known ? 426 : 401, { connection: "close" }).end();
  });
  const exempt = holdAtMost(server, connectionLimit(mostConnections));
  server.headersTimeout = limits.requestTimeoutMs;
  server.requestTimeout = limits.requestTimeoutMs;
  server.on("upgrade", (request, stream, head) => {
    // A peer that goes away in the middle is no event.
    stream.on("error", () => stream.destroy());
    const run = runOfToken(secret, tokenIn(request));
    if (run === undefined) {
      turnAway(stranger(request));
      return refuse(stream, "401 Unauthorized");
    }
    if (request.url !== localPath) return refuse(stream, "404 Not Found");
    exempt(stream);
    const opened = (socket: AgentSocket): void => take(run, socket);
    upgradeToAgentSocket(request, stream, head, limits, opened).catch((error: unknown) => {
      turnAway(messageOf(error));
      stream.destroy();
    });
  });
  return {
    listen: async () => {
      const first = await listenOn(server, port, post);
      return first === undefined && port !== 0 ? listenOn(server, 0, post) : first;
    },
    send: (run, message) => {
      if (current?.run === run) current.socket.send(message);
    },
    close: async () => {
      const closing = current?.socket.close();
      leave();
      server.close();
      server.closeAllConnections();
      await closing;
    },
  };
}

function tokenIn({ headers }: IncomingMessage): string | undefined {
  const token = headers[tokenHeader];
  return typeof token === "string" ? token : undefined;
}

function stranger({ method, socket }: IncomingMessage): string {
  const from = `port ${socket.remotePort ?? "unknown"}`;
  return `a process of this machine (${from}) asked by ${method} without the agent's secret`;
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function listenOn(
  server: Server,
  port: number,
  post: (fact: LocalFact) => void,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => {
      post({ on: "port-refused", why: error.message });
      resolve(undefined);
    };
    server.once("error", failed);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.off("error", failed);
      server.on("error", (error) => post({ on: "port-refused", why: error.message }));
      resolve((server.address() as AddressInfo).port);
    });
  });
}
