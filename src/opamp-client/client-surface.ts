import type { CustomMessage, ServerToAgent } from "./wire/messages.ts";
import type { Report } from "./report.ts";
import { type Route, linkOf, addressOf, nextTryAt } from "./route.ts";

/** One OpAMP client with at most one connection. It never throws because of a server. */
export interface Client {
  /** Connects, and stays connected until `stop`. */
  start(): void;
  /** The full picture as it is now; the client sends what the server has not been told. May come before start. */
  report(report: Report): void;
  /** The server may have forgotten what it was told: the whole picture is told again. */
  reportAgain(): void;
  /** Counts from the last message; 0 ends heartbeats over WebSocket and gives polling its default. */
  setHeartbeatInterval(intervalMs: number): void;
  /** At most one at a time: the next one after `custom-message-settled`. */
  sendCustomMessage(message: CustomMessage): void;
  /**
   * Asks the server to sign this PEM certificate request; the certificate comes as an offer. Sent once, and not to a
   * server that has declared other capabilities but not AcceptsConnectionSettingsRequest.
   */
  requestCertificate(csr: Uint8Array): void;
  /** Tells the last changes, says goodbye and closes; bounded by twice stopTimeoutMs. */
  stop(last?: Report): Promise<void>;
}

/** What the client tells its owner. */
export type ClientEvent =
  | { readonly on: "link-changed"; readonly link: LinkView }
  /** With an `errorResponse` it holds nothing else (specification.md#servertoagenterror_response). */
  | { readonly on: "message-received"; readonly message: ServerToAgent }
  /** Something that came or was to go was thrown away; the reason is for people. */
  | { readonly on: "message-discarded"; readonly reason: string }
  /** The custom message is on its way, or was discarded. */
  | { readonly on: "custom-message-settled" };

/** The link as its owner sees it; the words are explained at Link. `endpoint` is the address in use, without secrets. */
export type LinkView = { readonly endpoint: string } & (
  | { readonly at: "closed" | "connecting" | "open" | "accepted" }
  /** `retryAt` in ms since the epoch, by the date as it is now; with several endpoints the next try may be for another one. */
  | { readonly at: "waiting"; readonly reason: string; readonly retryAt: number }
);

/** What the owner may see of where we are; `date` is the moment as dates tell it. */
export function viewOf(route: Route, now: number, date: number): LinkView {
  const link = linkOf(route);
  const endpoint = withoutSecrets(addressOf(route));
  if (link.at !== "waiting") return { at: link.at, endpoint };
  const retryAt = Math.max(nextTryAt(route), Math.min(now, link.retryAt));
  return { at: link.at, endpoint, reason: link.reason, retryAt: date + (retryAt - now) };
}

// A name and password may stand in front of the host, a token in the query.
function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return "";
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}
