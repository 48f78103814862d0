import type { ServerToAgent } from "../wire/messages.ts";
import type { TransportOptions } from "./client-options.ts";
import type { SentElsewhere } from "./redirect.ts";

/** One connection to the server, from its attempt to its end; a new attempt is a new transport. */
export interface Transport {
  /** Begins the attempt. Called once. */
  open(): void;
  /** Sends one message. Allowed once after each `ready`. */
  send(message: OutgoingMessage): void;
  /**
   * Ends the connection in an orderly way, in bounded time; nothing is posted after this call. Where a connection has
   * a meaning (WebSocket) `goodbye` goes first.
   */
  close(goodbye?: OutgoingMessage): Promise<void>;
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
 * - `too-large`: the message before was; smaller ones may be sent.
 * - `sent-elsewhere`: the server is at another address, and has not taken what was given to `send`.
 * - `dropped`, `refused`: the connection is over; by itself, or because the server said so in its status. With
 *   `unsent` a message that was given to `send` certainly did not reach the server's program.
 */
export type TransportEvent =
  | { readonly on: "opened" | "ready" }
  | { readonly on: "received"; readonly message: ServerToAgent }
  | { readonly on: "discarded" | "too-large"; readonly reason: string }
  | ({ readonly on: "sent-elsewhere"; readonly reason: string } & SentElsewhere)
  | {
      readonly on: "dropped";
      readonly reason: string;
      readonly unsent: boolean;
      /** A message of this connection was too large for the server. */
      readonly tooLarge?: boolean;
      /** The other side showed a certificate from an authority that is not known. */
      readonly untrusted?: boolean;
    }
  | {
      readonly on: "refused";
      readonly reason: string;
      readonly unsent: boolean;
      readonly refusal: Refusal;
    };

/** Makes a transport that posts what happens to it. */
export type CreateTransport = (
  options: TransportOptions,
  post: (event: TransportEvent) => void,
) => Transport;

/** Why a server says no, and what it asks for. */
export interface Refusal {
  /**
   * - `overloaded`: 429, 503 or UNAVAILABLE; it wants to be left alone for a while.
   * - `denied`: 401 or 403; the credentials will hardly be better in a second.
   * - `other`: any other reason.
   */
  readonly why: "overloaded" | "denied" | "other";
  /** How long it asks us to wait, if it said so. */
  readonly retryAfterMs: number | undefined;
}
