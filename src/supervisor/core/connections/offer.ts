import { refusalOf, refusalOfOther } from "./refusals.ts";
import {
  sameConnections,
  type Connections,
  type Signal,
  type Connection,
} from "../../../agent-config/connections.ts";
import {
  type SettingsOffer,
  noConnectionOffers,
  type ConnectionOffers,
  type OfferStatus,
} from "../state/offers.ts";
import { atRest } from "../config/at-rest.ts";
import { propose } from "../config/propose.ts";
import { deadlyText, isDeadly } from "../config/quarantine.ts";
import { refusalForStorage } from "../config/storage.ts";
import { joinOffers, settingsHeld, settingsTurnTaken, turnOfSettings } from "./settings-pace.ts";
import { mergeOthers, tooManyOthers } from "./other-connections.ts";
import { withServer, endTrial } from "./server-switch.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Instant } from "../state/time.ts";
import { type State, withConfig } from "../state/state.ts";

/** An offer of connections: the same one again changes nothing. */
export function settingsOffered(
  state: State,
  offer: SettingsOffer,
  at: Instant,
  core: CoreSettings,
): State {
  switch (turnOfSettings(state, offer, at)) {
    case "known":
      return state;
    case "hold":
      return settingsHeld(state, offer);
    case "read":
      return heldSettingsRead(state, joinOffers(state.connections.held, offer), at, core);
  }
}

/** What has waited is taken up. */
export function heldSettingsRead(
  before: State,
  offer: SettingsOffer,
  at: Instant,
  core: CoreSettings,
): State {
  const state = settingsTurnTaken(before, at);
  if (offer.problem !== undefined) return settingsFailed(state, offer, offer.problem);
  if (isDeadly(state, offer.digest)) return settingsFailed(state, offer, deadlyText);
  return settingsBegun(state, offer, at, core);
}

/** The same offer again is answered by the same verdict, without being looked at. */
export function settingsFailed(state: State, { hash, digest }: SettingsOffer, why: string): State {
  const status: OfferStatus = { is: "failed", hash, why };
  const over = { underWay: undefined, unfinished: undefined, wanted: undefined, problems: [] };
  const last = { hash, digest };
  return {
    ...state,
    connections: { ...state.connections, ...over, last, status, held: undefined },
  };
}

/** An offer that cannot be kept is answered with the reason, and noted for the time when it can be. */
export function settingsNotKept(state: State, offer: SettingsOffer, problem: string): State {
  const told = settingsFailed(state, offer, refusalForStorage(problem));
  return {
    ...told,
    connections: { ...told.connections, failed: offer },
    storage: { ...told.storage, refusedSettings: offer },
  };
}

/** Another endpoint in supervisor.yaml than the offers in force were made for wins over them. */
export function endpointWritten(state: State, writtenEndpoint: string): State {
  const { connections: offers } = state;
  if (offers.writtenEndpoint === writtenEndpoint) return state;
  const { accepted, trying, link, proving } = offers;
  const kept = { accepted, trying, link, proving, writtenEndpoint };
  return withOffers(state, { ...noConnectionOffers, ...kept });
}

/** An offer that failed is tried again because an operator asks for it. */
export function settingsRetried(state: State, at: Instant, core: CoreSettings): State {
  const { failed } = state.connections;
  return failed === undefined ? state : settingsBegun(state, failed, at, core);
}

/** What an earlier supervisor had not finished is begun anew. */
export function settingsResumed(state: State, at: Instant, core: CoreSettings): State {
  const { unfinished } = state.connections;
  return unfinished === undefined ? state : settingsBegun(state, unfinished, at, core);
}

/** An offer is begun where what comes of it can be kept. */
export function settingsBegun(
  state: State,
  offer: SettingsOffer,
  at: Instant,
  core: CoreSettings,
): State {
  const { problem } = state.storage;
  if (problem !== undefined) return settingsNotKept(state, offer, problem);
  const before = state.connections;
  const noted: ConnectionOffers = {
    ...before,
    last: { hash: offer.hash, digest: offer.digest },
    status: { is: "applying", hash: offer.hash },
    underWay: offer,
    unfinished: undefined,
    failed: undefined,
    problems: [],
  };
  const { possible, problems } = possibleParts(offer);
  const current = before.wanted ?? before.trying ?? before.accepted;
  const unknown = new Set(state.config.target?.config.unknownConnections);
  const others = mergeOthers(current.others, possible.others, (name) => unknown.has(name));
  const wanted: Connections = {
    telemetry: mergeTelemetry(current.telemetry, possible.telemetry),
    others: others ?? current.others,
  };
  const asked: ConnectionOffers = {
    ...noted,
    problems: others === undefined ? [...problems, tooManyOthers] : problems,
    wanted: sameConnections(wanted, before.accepted) ? undefined : wanted,
  };
  return withOffers(state, withServer(asked, offer, at, core));
}

/** What of an offer can be taken over, and why the rest cannot. A part that is refused does not keep the others out. */
function possibleParts({ telemetry, others }: SettingsOffer): {
  readonly possible: Connections;
  readonly problems: readonly string[];
} {
  const signals = (Object.entries(telemetry) as [Signal, Connection][]).map(
    ([signal, connection]) => [signal, connection, refusalOf(signal, connection)] as const,
  );
  const named = others.map(
    ([name, connection]) => [name, connection, refusalOfOther(name, connection)] as const,
  );
  const refusals = [...signals, ...named].map(([, , why]) => why);
  return {
    possible: {
      telemetry: Object.fromEntries(signals.filter(isPossible).map(([name, one]) => [name, one])),
      others: named.filter(isPossible).map(([name, one]) => [name, one]),
    },
    problems: refusals.filter((why) => why !== undefined),
  };
}

function isPossible([, , why]: readonly [unknown, unknown, string | undefined]): boolean {
  return why === undefined;
}

/** A kind that is not offered stays; one without an endpoint is off. */
function mergeTelemetry(
  current: Connections["telemetry"],
  offered: Connections["telemetry"],
): Connections["telemetry"] {
  const signals = Object.entries<Connection>({ ...current, ...offered });
  return Object.fromEntries(signals.filter(([, { endpoint }]) => endpoint !== ""));
}

/** So many problems of an offer are named. */
const mostListed = 20;

/** Takes the offer under way a step further; looked at after every event. The same state when nothing is due. */
export function advanceOffers(state: State, at: Instant, core: CoreSettings): State {
  const stepped = tryConnections(state, at, core);
  // What has just ended may be what the next part has waited for.
  const next = stepped === state ? state : tryConnections(stepped, at, core);
  return settle(endTrial(next, at, core));
}

function tryConnections(state: State, at: Instant, core: CoreSettings): State {
  const { wanted, trying } = state.connections;
  if (trying !== undefined) return tried(state, trying);
  // An offer of a configuration that came meanwhile has waited for this.
  const mayTry = state.packages.trying === undefined && state.identity.binary !== undefined;
  if (state.config.waiting !== undefined && mayTry)
    return propose(state, state.config.waiting, at, core);
  if (wanted === undefined || !atRest(state)) return state;
  const begun: State = {
    ...state,
    connections: { ...state.connections, accepted: wanted, wanted: undefined, trying: wanted },
  };
  return propose(begun, state.config.target?.remote, at, core);
}

function tried(state: State, trying: Connections): State {
  const without = withOffers(state, { ...state.connections, trying: undefined });
  if (
    state.config.good?.connections !== trying ||
    !atRest(withConfig(without, { waiting: undefined }))
  )
    return state;
  return without;
}

/** When every part has come to its end the server hears how. */
function settle(state: State): State {
  const { underWay, wanted, trying, candidate, server, connectedWith } = state.connections;
  if (underWay === undefined) return state;
  if (wanted !== undefined || trying !== undefined || candidate !== undefined) return state;
  // APPLIED is told to the new server, and by it only once it is the one in use.
  if (connectedWith !== server) return state;
  const { hash } = underWay;
  const problems = [...state.connections.problems, ...withoutPlace(state, underWay)];
  const failed = problems.length > 0;
  return withOffers(state, {
    ...state.connections,
    underWay: undefined,
    failed: failed ? underWay : undefined,
    problems: [],
    status: failed ? { is: "failed", hash, why: listed(problems) } : { is: "applied", hash },
  });
}

// Thousands of names may be wrong, and what is said of them is kept on the disk and told again and again.
function listed(problems: readonly string[]): string {
  const more = problems.length - mostListed;
  const shown = problems.slice(0, mostListed).join("; ");
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

/** Words about settings for components that the agent does not have: nothing that runs has them. */
function withoutPlace({ config: { target } }: State, { others }: SettingsOffer): readonly string[] {
  const unknown = new Set(target?.config.unknownConnections);
  return others
    .filter(([name]) => unknown.has(name))
    .map(([name]) => `other_connections: nothing is named ${JSON.stringify(name)}`);
}

function withOffers(state: State, offers: ConnectionOffers): State {
  return { ...state, connections: offers };
}
