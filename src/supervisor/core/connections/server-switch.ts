import type { CoreSettings } from "../state/core-settings.ts";
import {
  type ConnectionOffers,
  type SettingsOffer,
  type ServerSettingsInForce,
  type CertificateRequest,
  type OfferStatus,
  type ServerLinkState,
  noLink,
} from "../state/offers.ts";
import type { Event } from "../state/event.ts";
import type { State } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { Instant } from "../state/time.ts";
import { mergeOffer, sameSettings, sameConnection } from "./merge-server.ts";

/** Takes up what an offer says of the connection to the server: refused, nothing new, or to be proved. */
export function withServer(
  offers: ConnectionOffers,
  { opamp }: SettingsOffer,
  at: Instant,
  { offerLimits, certificate }: CoreSettings,
): ConnectionOffers {
  if (opamp === undefined) return offers;
  const { request } = offers;
  const ownKey = request.at === "waiting" ? request.key : undefined;
  const merged = mergeOffer(offers.server, opamp, ownKey, offerLimits);
  if (merged.is === "refused") return withProblem(offers, merged.why);
  // Asked for or not: there is a certificate now.
  const answered = opamp.certificate !== undefined;
  const notBefore = at + (certificate?.retryMs ?? 0);
  const next: ConnectionOffers = answered
    ? { ...offers, request: { at: "none", notBefore } }
    : offers;
  return proposeServer(next, merged.settings);
}

function proposeServer(
  offers: ConnectionOffers,
  settings: ServerSettingsInForce,
): ConnectionOffers {
  if (sameSettings(offers.server, settings)) return { ...offers, candidate: undefined };
  if (sameConnection(offers.server, settings)) {
    // The connection in use is made with all of it already.
    const same = offers.connectedWith === offers.server ? settings : offers.connectedWith;
    return { ...offers, server: settings, connectedWith: same, candidate: undefined };
  }
  return { ...offers, candidate: { settings, proving: false } };
}

type ServerEvent = Extract<Event, { on: "server-lost" | "server-proved" | "server-refuted" }>;

/** What becomes of the connection in use, and of the one beside it. */
export function serverChanged(state: State, event: ServerEvent, core: CoreSettings): State {
  switch (event.on) {
    case "server-lost":
      return serverLost(state, event);
    case "server-proved":
      return serverProved(state, event.settings, event.at, core);
    case "server-refuted":
      return serverRefuted(state, event.settings, event.why);
  }
}

/** A connection with the candidate is being made. */
export function provingBegun(state: State): State {
  const { candidate } = state.connections;
  if (candidate === undefined) return state;
  return withOffers(state, {
    ...state.connections,
    candidate: { ...candidate, proving: true },
    proving: candidate.settings,
  });
}

/** A connection that nobody waits for any more is given up. */
export function provingStopped(state: State): State {
  return withOffers(state, { ...state.connections, proving: undefined });
}

/** The connection in use is made with these settings from here on; of its server nothing is known yet. */
export function serverUsed(
  state: State,
  settings: ServerSettingsInForce | undefined,
  at: Instant,
): State {
  return withOffers(state, {
    ...state.connections,
    connectedWith: settings,
    proving: undefined,
    // A connection that was proved has answered already.
    link: handedOver(state.connections, settings, at),
    serverBits: undefined,
    request: unsent(state.connections.request),
  });
}

function handedOver(
  { proving, link }: ConnectionOffers,
  settings: ServerSettingsInForce | undefined,
  at: Instant,
): ServerLinkState {
  const proved = settings !== undefined && proving === settings;
  return proved ? { ...noLink, connected: true, since: at } : link;
}

/** The settings that are used now lead to the same server as those before. */
export function staysWithItsServer({ connections }: State): boolean {
  const { server, former, writtenEndpoint } = connections;
  if (former === undefined) return false;
  const now = server?.endpoint ?? writtenEndpoint;
  return now === (former.settings?.endpoint ?? writtenEndpoint);
}

/** The new server has answered without an error: it is used from here on, and may still be given up. */
function serverProved(
  state: State,
  settings: ServerSettingsInForce,
  at: Instant,
  { offerTrialMs }: CoreSettings,
): State {
  const { connections: offers } = state;
  if (offers.candidate?.settings !== settings) return state;
  const former = {
    settings: offers.server,
    until: at + offerTrialMs,
    lostSince: undefined,
    why: "",
  };
  // A certificate that works is renewed in its own time.
  const request: CertificateRequest =
    offers.request.at === "none" ? { at: "none", notBefore: at } : offers.request;
  return withOffers(state, { ...offers, candidate: undefined, server: settings, former, request });
}

/** The new server cannot be used: nothing changes but what is told. */
export function serverRefuted(state: State, settings: ServerSettingsInForce, why: string): State {
  const { connections: offers } = state;
  if (offers.candidate?.settings !== settings) return state;
  const rest = { ...offers, candidate: undefined, proving: undefined };
  return withOffers(state, withProblem(rest, why));
}

/** A server has answered on the connection in use. */
export function serverReached(state: State, at: Instant, endpoint?: string): State {
  const { former, link } = state.connections;
  if (link.connected && former?.lostSince === undefined) return state;
  return withOffers(state, {
    ...state.connections,
    link: link.connected ? link : { ...noLink, connected: true, since: at, endpoint },
    former: former === undefined ? former : { ...former, lostSince: undefined },
  });
}

/** The connection in use is gone, and a new one is not there at once. */
function serverLost(
  state: State,
  { why, at, endpoint, retryInMs }: Extract<ServerEvent, { on: "server-lost" }>,
): State {
  const { serverBits, former, link } = state.connections;
  const request = unsent(state.connections.request);
  const since = link.connected ? at : (link.since ?? at);
  const retryAt = retryInMs === undefined ? undefined : at + retryInMs;
  const lost = { connected: false, since, why, endpoint, retryAt };
  const noted =
    former === undefined || former.lostSince !== undefined
      ? former
      : { ...former, lostSince: at, why };
  const known =
    serverBits === undefined &&
    request === state.connections.request &&
    noted === former &&
    !link.connected &&
    link.why === why &&
    link.endpoint === endpoint &&
    link.retryAt === retryAt;
  if (known) return state;
  const parts = { serverBits: undefined, request, former: noted, link: lost };
  return withOffers(state, { ...state.connections, ...parts });
}

/**
 * What becomes of a new server on trial: when it is gone for too long the former settings are used again; when it stays
 * they are forgotten.
 */
export function endTrial(state: State, at: Instant, { offerLostMs }: CoreSettings): State {
  const { former, status, last } = state.connections;
  if (former === undefined) return state;
  if (former.lostSince !== undefined && at >= former.lostSince + offerLostMs) {
    const why = `the new server was there and is gone: ${former.why}; the former one is used again`;
    const failed: OfferStatus = { is: "failed", hash: last?.hash ?? "", why };
    const problems = status.is === "applying" ? [...state.connections.problems, why] : [];
    return withOffers(state, {
      ...state.connections,
      server: former.settings,
      former: undefined,
      problems,
      status: status.is === "applying" ? status : failed,
    });
  }
  if (at < former.until || former.lostSince !== undefined) return state;
  return withOffers(state, { ...state.connections, former: undefined });
}

function unsent(request: CertificateRequest): CertificateRequest {
  return request.at === "waiting" && request.sent ? { ...request, sent: false } : request;
}

function withProblem(offers: ConnectionOffers, why: string): ConnectionOffers {
  return { ...offers, problems: [...offers.problems, why] };
}

function withOffers(state: State, offers: ConnectionOffers): State {
  return { ...state, connections: offers };
}

/** The next step that an offer needs. */
export function offerStep({ connections: offers, desired }: State): Step | undefined {
  const { candidate, proving, server, connectedWith } = offers;
  if (desired.run === "down") return undefined;
  const wanted = proving === candidate?.settings || proving === server;
  if (proving !== undefined && !wanted) return { do: "stop-proving" };
  if (connectedWith !== server) return { do: "use-server", settings: server };
  if (candidate === undefined || candidate.proving) return undefined;
  return { do: "prove-server", settings: candidate.settings };
}

/** The moments at which time alone decides about an offer. */
export function offerDeadlines(
  { connections: { former } }: State,
  { offerLostMs }: CoreSettings,
): readonly Instant[] {
  if (former === undefined) return [];
  return [former.lostSince === undefined ? former.until : former.lostSince + offerLostMs];
}
