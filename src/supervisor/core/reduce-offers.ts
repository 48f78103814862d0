import { type Connections, sameConnections } from "./connections.ts";
import {
  type CertificateRequest,
  noOffers,
  type Offers,
  type OfferStatus,
  type ServerSettingsInForce,
  type SettingsOffer,
} from "./offers.ts";
import { propose } from "./reduce-config.ts";
import { mergeOffer, sameConnection, sameSettings } from "./server-offer.ts";
import type { Instant, Policy, State } from "./state.ts";

/** An offer of connections: the same one again changes nothing. */
export function settingsOffered(
  state: State,
  offer: SettingsOffer,
  at: Instant,
  policy: Policy,
): State {
  const { last } = state.offers;
  if (last?.hash === offer.hash && last.digest === offer.digest) return state;
  return begin(state, offer, at, policy);
}

/** Another endpoint in supervisor.yaml than the offers in force were made for wins over them. */
export function endpointWritten(state: State, writtenEndpoint: string): State {
  const { offers } = state;
  if (offers.writtenEndpoint === writtenEndpoint) return state;
  return withOffers(state, { ...noOffers, trying: offers.trying, writtenEndpoint });
}

/** An offer that failed is tried again because an operator asks for it. */
export function settingsRetried(state: State, at: Instant, policy: Policy): State {
  const { failed } = state.offers;
  return failed === undefined ? state : begin(state, failed, at, policy);
}

/** What an earlier supervisor had not finished is begun anew. */
export function settingsResumed(state: State, at: Instant, policy: Policy): State {
  const { unfinished } = state.offers;
  return unfinished === undefined ? state : begin(state, unfinished, at, policy);
}

function begin(state: State, offer: SettingsOffer, at: Instant, policy: Policy): State {
  const before = state.offers;
  const noted: Offers = {
    ...before,
    last: { hash: offer.hash, digest: offer.digest },
    status: { is: "applying", hash: offer.hash },
    underWay: offer,
    unfinished: undefined,
    failed: undefined,
    problems: [],
  };
  const wanted = mergeConnections(before.wanted ?? before.trying ?? state.connections, offer);
  const unchanged = sameConnections(wanted, state.connections);
  const asked: Offers = { ...noted, wanted: unchanged ? undefined : wanted };
  return withOffers(state, withServer(asked, offer, at, policy));
}

/** A kind or a name that is not offered stays; an own telemetry without an endpoint is off. */
function mergeConnections(current: Connections, offer: SettingsOffer): Connections {
  const signals = Object.entries({ ...current.telemetry, ...offer.telemetry });
  const others = new Map([...current.others, ...offer.others]);
  return {
    telemetry: Object.fromEntries(signals.filter(([, { endpoint }]) => endpoint !== "")),
    others: [...others],
  };
}

function withServer(
  offers: Offers,
  { opamp }: SettingsOffer,
  at: Instant,
  { offerLimits, certificate }: Policy,
): Offers {
  if (opamp === undefined) return offers;
  const { request } = offers;
  const ownKey = request.at === "waiting" ? request.key : undefined;
  const merged = mergeOffer(offers.server, opamp, ownKey, offerLimits);
  if (merged.is === "refused") return withProblem(offers, merged.why);
  // Asked for or not: there is one now.
  const answered = opamp.certificate !== undefined;
  const notBefore = at + (certificate?.retryMs ?? 0);
  const next: Offers = answered ? { ...offers, request: { at: "none", notBefore } } : offers;
  return proposeServer(next, merged.settings);
}

function proposeServer(offers: Offers, settings: ServerSettingsInForce): Offers {
  if (sameSettings(offers.server, settings)) return { ...offers, candidate: undefined };
  if (sameConnection(offers.server, settings)) {
    // The connection in use is made with all of it already.
    const same = offers.connectedWith === offers.server ? settings : offers.connectedWith;
    return { ...offers, server: settings, connectedWith: same, candidate: undefined };
  }
  return { ...offers, candidate: { settings, proving: false } };
}

/** A connection with the candidate is being made. */
export function provingBegun(state: State): State {
  const { candidate } = state.offers;
  if (candidate === undefined) return state;
  return withOffers(state, { ...state.offers, candidate: { ...candidate, proving: true } });
}

/** The connection in use is made with these settings from here on; of its server nothing is known yet. */
export function serverUsed(state: State, settings: ServerSettingsInForce | undefined): State {
  return withOffers(state, {
    ...state.offers,
    connectedWith: settings,
    serverBits: undefined,
    request: unsent(state.offers.request),
  });
}

/** The new server has answered without an error: it is used from here on, and may still be given up. */
export function serverProved(
  state: State,
  settings: ServerSettingsInForce,
  at: Instant,
  { offerTrialMs }: Policy,
): State {
  const { offers } = state;
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
  const { offers } = state;
  if (offers.candidate?.settings !== settings) return state;
  return withOffers(state, withProblem({ ...offers, candidate: undefined }, why));
}

/** A server has answered on the connection in use. */
export function serverReached(state: State): State {
  const { former } = state.offers;
  if (former?.lostSince === undefined) return state;
  return withOffers(state, { ...state.offers, former: { ...former, lostSince: undefined } });
}

/** The connection in use is gone, and a new one is not there at once. */
export function serverLost(state: State, why: string, at: Instant): State {
  const { former } = state.offers;
  const request = unsent(state.offers.request);
  const offers: Offers = { ...state.offers, serverBits: undefined, request };
  if (former === undefined || former.lostSince !== undefined) return withOffers(state, offers);
  return withOffers(state, { ...offers, former: { ...former, lostSince: at, why } });
}

/** Takes the offer under way a step further; looked at after every event. The same state when nothing is due. */
export function advanceOffers(state: State, at: Instant, policy: Policy): State {
  const stepped = tryConnections(state, at, policy);
  // What has just ended may be what the next part has waited for.
  const next = stepped === state ? state : tryConnections(stepped, at, policy);
  return settle(endTrial(next, at, policy));
}

function tryConnections(state: State, at: Instant, policy: Policy): State {
  const { wanted, trying } = state.offers;
  if (trying !== undefined) return tried(state, trying);
  // An offer of a configuration that came meanwhile has waited for this.
  if (state.waiting !== undefined && state.identity.binary !== undefined)
    return propose(state, state.waiting, at, policy);
  if (wanted === undefined || !atRest(state)) return state;
  const begun: State = {
    ...state,
    connections: wanted,
    offers: { ...state.offers, wanted: undefined, trying: wanted },
  };
  return propose(begun, state.target?.remote, at, policy);
}

function tried(state: State, trying: Connections): State {
  if (state.good?.connections !== trying || !atRest({ ...state, waiting: undefined })) return state;
  return withOffers(state, { ...state.offers, trying: undefined });
}

/** Nothing is on its way, so that whatever comes next is to blame for itself alone. */
function atRest({ identity, candidate, trial, waiting, writing, begun, desired }: State): boolean {
  const nothing = candidate === undefined && trial === undefined && waiting === undefined;
  return (
    nothing &&
    begun &&
    desired.run === "up" &&
    identity.binary !== undefined &&
    writing === undefined
  );
}

/** A new server that is gone soon after costs it its place; one that stays is kept, and the former is forgotten. */
function endTrial(state: State, at: Instant, { offerLostMs }: Policy): State {
  const { former, status, last } = state.offers;
  if (former === undefined) return state;
  if (former.lostSince !== undefined && at >= former.lostSince + offerLostMs) {
    const why = `the new server was there and is gone: ${former.why}; the former one is used again`;
    const failed: OfferStatus = { is: "failed", hash: last?.hash ?? "", why };
    const problems = status.is === "applying" ? [...state.offers.problems, why] : [];
    return withOffers(state, {
      ...state.offers,
      server: former.settings,
      former: undefined,
      problems,
      status: status.is === "applying" ? status : failed,
    });
  }
  if (at < former.until || former.lostSince !== undefined) return state;
  return withOffers(state, { ...state.offers, former: undefined });
}

/** When every part has come to its end the server hears how. */
function settle(state: State): State {
  const { underWay, wanted, trying, candidate, server, connectedWith, problems } = state.offers;
  if (underWay === undefined) return state;
  if (wanted !== undefined || trying !== undefined || candidate !== undefined) return state;
  // APPLIED is told to the new server, and by it only once it is the one in use.
  if (connectedWith !== server) return state;
  const { hash } = underWay;
  const failed = problems.length > 0;
  return withOffers(state, {
    ...state.offers,
    underWay: undefined,
    failed: failed ? underWay : undefined,
    problems: [],
    status: failed ? { is: "failed", hash, why: problems.join("; ") } : { is: "applied", hash },
  });
}

function unsent(request: CertificateRequest): CertificateRequest {
  return request.at === "waiting" ? { ...request, sent: false } : request;
}

function withProblem(offers: Offers, why: string): Offers {
  return { ...offers, problems: [...offers.problems, why] };
}

function withOffers(state: State, offers: Offers): State {
  return { ...state, offers };
}
