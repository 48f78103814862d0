import type { FilledOptions } from "./client-options.ts";
import type { Refusal } from "./link.ts";
import type { ServerToAgent } from "./messages.ts";

/** One connection to the server, from its attempt to its end; a new attempt is a new transport. */
export interface Transport {
  /** Begins the attempt. Called once. */
  open(): void;
  /** Sends one message. Allowed once after each `ready`. */
  send(message: OutgoingMessage): void;
  /** Ends the connection in an orderly way, in bounded time; nothing is posted after this call. */
  close(): Promise<void>;
}

/** An encoded AgentToServer and whose it is. */
export interface OutgoingMessage {
  readonly body: Uint8Array;
  /** Canonical text, for the header of HTTP. */
  readonly instanceUid: string;
}

/**
 * What a transport says.
 * - `opened`: the connection is up (HTTP: a socket is).
 * - `ready`: the next message may be sent; the one before was written (WebSocket) or answered (HTTP).
 * - `received`: a message of the server's.
 * - `discarded`: something that came or was to go is thrown away; the connection goes on.
 * - `dropped`, `refused`: the connection is over; by itself, or because the server said so in its status. With
 *   `unsent` a message that was given to `send` certainly did not reach the server's program.
 */
export type TransportEvent =
  | { readonly on: "opened" | "ready" }
  | { readonly on: "received"; readonly message: ServerToAgent }
  | { readonly on: "discarded"; readonly reason: string }
  | { readonly on: "dropped"; readonly reason: string; readonly unsent: boolean }
  | {
      readonly on: "refused";
      readonly reason: string;
      readonly unsent: boolean;
      readonly refusal: Refusal;
    };

/** Makes a transport that posts what happens to it. */
export type CreateTransport = (
  options: FilledOptions,
  post: (event: TransportEvent) => void,
) => Transport;
