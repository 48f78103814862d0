import type { WebSocket } from "ws";
import type { ClientLimits } from "./client-options.ts";

/** Watches whether the other side of a WebSocket is still there. */
export interface Life {
  /** A message is out. The first one is answered (specification.md#establishing-connection), later ones need not be. */
  expectAnswer(): void;
}

/**
 * Ends a socket whose other side is gone without a word: pings while it lives, and a pong that is late, or no answer
 * at all, is an error of the socket. Anything that comes in counts as a pong.
 */
export function watchLife(socket: WebSocket, limits: ClientLimits): Life {
  let pings: NodeJS.Timeout | undefined;
  let answer: NodeJS.Timeout | undefined;
  let answered = false;

  function ping(): void {
    socket.ping();
    pings = setTimeout(() => end("a ping", limits.pongTimeoutMs), limits.pongTimeoutMs);
  }
  function alive(): void {
    clearTimeout(pings);
    if (limits.pingIntervalMs > 0) pings = setTimeout(ping, limits.pingIntervalMs);
  }
  function end(what: string, withinMs: number): void {
    socket.emit("error", new Error(`no answer to ${what} within ${withinMs} ms`));
    socket.terminate();
  }

  socket.on("open", alive);
  socket.on("pong", alive);
  socket.on("ping", alive);
  socket.on("message", () => {
    answered = true;
    clearTimeout(answer);
    alive();
  });
  socket.on("close", () => {
    clearTimeout(pings);
    clearTimeout(answer);
  });
  return {
    expectAnswer(): void {
      if (answered || answer !== undefined) return;
      const withinMs = limits.answerTimeoutMs;
      answer = setTimeout(() => end("the first message", withinMs), withinMs);
    },
  };
}
