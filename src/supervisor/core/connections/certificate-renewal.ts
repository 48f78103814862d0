import { ServerCapability } from "../../../opamp-client/wire/messages.ts";
import type {
  ConnectionOffers,
  ServerSettingsInForce,
  CertificateRequest,
} from "../state/offers.ts";
import type { Instant, WallTime } from "../state/time.ts";
import { type WallClock, wallTime, whenShown } from "../state/wall-clock.ts";
import type { State } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { CertificateWishes, CoreSettings } from "../state/core-settings.ts";
import type { Event } from "../state/event.ts";

/** The next step on the way to a certificate; undefined while nothing is to be done. */
export function certificateStep(
  { clock, connections: offers, identity, desired }: State,
  now: Instant,
  core: CertificateWishes | undefined,
): Step | undefined {
  if (core === undefined || desired.run === "down" || now < takesRequestsFrom(offers, core)) {
    return undefined;
  }
  const { request, candidate } = offers;
  // The certificate may be what is being proved.
  if (candidate !== undefined) return undefined;
  if (request.at === "waiting") {
    return request.sent ? undefined : { do: "send-certificate-request", csr: request.csr };
  }
  if (request.at === "making" || now < dueAt(clock, offers, core)) return undefined;
  return { do: "make-certificate-request", commonName: core.commonName ?? identity.uid };
}

/** When a certificate is to be asked for next; Infinity while the server takes no requests. */
export function certificateDueAt(
  { clock, connections: offers }: State,
  core: CertificateWishes | undefined,
): Instant {
  if (core === undefined || offers.candidate !== undefined) return Infinity;
  const from = takesRequestsFrom(offers, core);
  if (offers.request.at === "waiting") return offers.request.sent ? Infinity : from;
  return offers.request.at === "none" ? Math.max(from, dueAt(clock, offers, core)) : Infinity;
}

function dueAt(
  clock: WallClock,
  { request, server }: ConnectionOffers,
  core: CertificateWishes,
): Instant {
  const notBefore = request.at === "none" ? request.notBefore : 0;
  const date = renewAt(server?.certificate, core);
  return date === undefined ? notBefore : Math.max(notBefore, whenShown(clock, date));
}

/** The date of the renewal; undefined: at once. */
function renewAt(
  certificate: ServerSettingsInForce["certificate"],
  { renewBeforeMs }: CertificateWishes,
): WallTime | undefined {
  if (certificate === undefined || certificate.stale) return undefined;
  const { unixMs: end } = certificate.expiresAt;
  const lifeMs = end - certificate.validFrom.unixMs;
  return wallTime(end - Math.min(renewBeforeMs, lifeMs / 2));
}

/** Until the client certificate that was offered runs out; undefined while there is none. */
export function certificateDaysLeft(
  { connections: offers }: State,
  now: WallTime,
): number | undefined {
  const { certificate } = offers.server ?? {};
  if (certificate === undefined) return undefined;
  return (certificate.expiresAt.unixMs - now.unixMs) / 86_400_000;
}

/**
 * From when on the server takes requests: at once when it has said so (specification.md#agent-initiated-csr-flow). One
 * that names no capabilities at all is asked too, because the operator wants it, but not before it had time to say so.
 */
function takesRequestsFrom(
  { serverBits, link }: ConnectionOffers,
  { unnamedAfterMs }: CertificateWishes,
): Instant {
  if (serverBits === undefined) {
    return link.connected && link.since !== undefined ? link.since + unnamedAfterMs : Infinity;
  }
  return (serverBits & ServerCapability.AcceptsConnectionSettingsRequest) === 0n ? Infinity : 0;
}

type RequestEvent = Extract<
  Event,
  { on: "server-capable" | "server-complained" | "certificate-request-made" }
>;

/** What becomes of the request for a certificate by what the server says, and by its key. */
export function requestChanged(state: State, event: RequestEvent, core: CoreSettings): State {
  switch (event.on) {
    case "server-capable":
      return serverCapable(state, event.bits);
    case "server-complained":
      return requestFailed(state, event.at, core.certificate);
    case "certificate-request-made":
      return requestMade(state, event);
  }
}

/** The server has said what it can. */
function serverCapable(state: State, bits: bigint): State {
  return state.connections.serverBits === bits ? state : changed(state, { serverBits: bits });
}

/** A key is being made. */
export function requestBegun(state: State, commonName: string): State {
  return changed(state, { request: { at: "making", commonName } });
}

/** A key and the request for its certificate are there, and on disk before the request is sent. */
function requestMade(
  state: State,
  { commonName, csr, key }: { readonly [name in "commonName" | "csr" | "key"]: string },
): State {
  const { request } = state.connections;
  // The name may have changed while it was being made.
  if (request.at !== "making" || request.commonName !== commonName) return state;
  return changed(state, { request: { at: "waiting", csr, key, sent: false } });
}

/** The request is with the client. */
export function requestSent(state: State): State {
  const { request } = state.connections;
  return request.at === "waiting" ? changed(state, { request: { ...request, sent: true } }) : state;
}

/** The key could not be made, or the server refuses the request: another one, with another key, later. */
export function requestFailed(
  state: State,
  at: Instant,
  core: CertificateWishes | undefined,
): State {
  const { request } = state.connections;
  const ours = request.at === "making" || (request.at === "waiting" && request.sent);
  if (!ours) return state;
  const later: CertificateRequest = { at: "none", notBefore: at + (core?.retryMs ?? 0) };
  return changed(state, { request: later });
}

/** A certificate or a request that names the former id is followed by one for the new (specification.md#instance-uid). */
export function renamed(state: State, core: CertificateWishes | undefined): State {
  const { server } = state.connections;
  if (core === undefined || core.commonName !== undefined) return state;
  const request: CertificateRequest = { at: "none", notBefore: 0 };
  if (server?.certificate === undefined) return changed(state, { request });
  const certificate = { ...server.certificate, stale: true };
  const next: ServerSettingsInForce = { ...server, certificate };
  const same = state.connections.connectedWith === server ? next : state.connections.connectedWith;
  return changed(state, { server: next, connectedWith: same, request });
}

function changed(state: State, changes: Partial<ConnectionOffers>): State {
  return { ...state, connections: { ...state.connections, ...changes } };
}
