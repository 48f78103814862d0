import { ServerCapability } from "../../opamp-client/messages.ts";
import type { CertificateRequest, Offers, ServerSettingsInForce } from "./offers.ts";
import type { Instant, State } from "./state.ts";
import type { Step } from "./step.ts";

/** When a client certificate is asked for; data, from the settings. */
export interface CertificatePolicy {
  /** The name in it; undefined: the instance id. */
  readonly commonName: string | undefined;
  /** So long before it runs out it is renewed, but never before half of its life. */
  readonly renewBeforeMs: number;
  /** After a refusal it is not asked for again for so long. */
  readonly retryMs: number;
}

/** The next step on the way to a certificate; undefined while nothing is to be done. */
export function certificateStep(
  { offers, identity, desired }: State,
  now: Instant,
  policy: CertificatePolicy | undefined,
): Step | undefined {
  if (policy === undefined || desired.run === "down" || !takesRequests(offers)) return undefined;
  const { request, candidate } = offers;
  // It may be what is being proved.
  if (candidate !== undefined) return undefined;
  if (request.at === "waiting") {
    return request.sent ? undefined : { do: "send-certificate-request", csr: request.csr };
  }
  if (request.at === "making" || now < dueAt(offers, policy)) return undefined;
  return { do: "make-certificate-request", commonName: policy.commonName ?? identity.uid };
}

/** When a certificate is to be asked for next; Infinity while the server takes no requests. */
export function certificateDueAt(
  { offers }: State,
  policy: CertificatePolicy | undefined,
): Instant {
  if (policy === undefined || !takesRequests(offers)) return Infinity;
  if (offers.candidate !== undefined) return Infinity;
  return offers.request.at === "none" ? dueAt(offers, policy) : Infinity;
}

function dueAt({ request, server }: Offers, policy: CertificatePolicy): Instant {
  const notBefore = request.at === "none" ? request.notBefore : 0;
  return Math.max(notBefore, renewAt(server?.certificate, policy));
}

function renewAt(
  certificate: ServerSettingsInForce["certificate"],
  { renewBeforeMs }: CertificatePolicy,
): Instant {
  if (certificate === undefined || certificate.stale) return 0;
  const { validFrom, expiresAt } = certificate;
  return expiresAt - Math.min(renewBeforeMs, (expiresAt - validFrom) / 2);
}

/** Until the client certificate that was offered runs out; undefined while there is none. */
export function certificateDaysLeft({ offers }: State, now: Instant): number | undefined {
  const { certificate } = offers.server ?? {};
  return certificate === undefined ? undefined : (certificate.expiresAt - now) / 86_400_000;
}

/** A request is for a server that has said so (specification.md#agent-initiated-csr-flow). */
function takesRequests({ serverBits = 0n }: Offers): boolean {
  return (serverBits & ServerCapability.AcceptsConnectionSettingsRequest) !== 0n;
}

/** What the server can, when it says so. */
export function serverCapable(state: State, bits: bigint): State {
  return state.offers.serverBits === bits ? state : changed(state, { serverBits: bits });
}

/** A key is being made. */
export function requestBegun(state: State, commonName: string): State {
  return changed(state, { request: { at: "making", commonName } });
}

/** A key and the request for its certificate are there, and on disk before the request is sent. */
export function requestMade(
  state: State,
  { commonName, csr, key }: { readonly [name in "commonName" | "csr" | "key"]: string },
): State {
  const { request } = state.offers;
  // The name may have changed while it was being made.
  if (request.at !== "making" || request.commonName !== commonName) return state;
  return changed(state, { request: { at: "waiting", csr, key, sent: false } });
}

/** The request is with the client. */
export function requestSent(state: State): State {
  const { request } = state.offers;
  return request.at === "waiting" ? changed(state, { request: { ...request, sent: true } }) : state;
}

/** The key could not be made, or the server refuses the request: another one, with another key, later. */
export function requestFailed(
  state: State,
  at: Instant,
  policy: CertificatePolicy | undefined,
): State {
  const { request } = state.offers;
  const ours = request.at === "making" || (request.at === "waiting" && request.sent);
  if (!ours) return state;
  const later: CertificateRequest = { at: "none", notBefore: at + (policy?.retryMs ?? 0) };
  return changed(state, { request: later });
}

/** A certificate or a request that names the former id is followed by one for the new (specification.md#instance-uid). */
export function renamed(state: State, policy: CertificatePolicy | undefined): State {
  const { server } = state.offers;
  if (policy === undefined || policy.commonName !== undefined) return state;
  const request: CertificateRequest = { at: "none", notBefore: 0 };
  if (server?.certificate === undefined) return changed(state, { request });
  const certificate = { ...server.certificate, stale: true };
  const next: ServerSettingsInForce = { ...server, certificate };
  const same = state.offers.connectedWith === server ? next : state.offers.connectedWith;
  return changed(state, { server: next, connectedWith: same, request });
}

function changed(state: State, changes: Partial<Offers>): State {
  return { ...state, offers: { ...state.offers, ...changes } };
}
