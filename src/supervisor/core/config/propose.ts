import { givenUpAt, heldBy, isSame, paceAfter, silentText, turnOf } from "./offer-pace.ts";
import {
  binaryFailed,
  binaryFor,
  binaryOnItsWay,
  heldForBinary,
  sameBinary,
  triedAloneNext,
  triesAlone,
} from "./binary.ts";
import { failureOf, remember, deadlyText, isDeadly } from "./quarantine.ts";
import { sourcesDigest, renderConfig } from "../../../agent-config/render-config.ts";
import { offersNothing } from "../../../agent-config/connections.ts";
import { connectionsFailed } from "./connections-failed.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Event } from "../state/event.ts";
import type { Candidate, Generation } from "../state/generation.ts";
import type { HeldOffer } from "../state/held-offer.ts";
import type { Instant } from "../state/time.ts";
import type { RemoteConfig, RenderedConfig, LocalLayer } from "../../../agent-config/config.ts";
import { type State, withConfig, withPackages } from "../state/state.ts";
import type { Trial } from "../state/trials.ts";
import { answeredFor } from "./under-way.ts";
import { owed, answeredFailed, offerFailed } from "./verdict.ts";
import { targetProved } from "./proved.ts";

/** A start may take at least so long when the operator wrote no limit. */
const leastStartTimeoutMs = 60_000;

/**
 * An offer of the server; the same one again changes nothing. One that may not be read yet waits, and the newest is the
 * one that does: of those before it the server hears nothing.
 */
export function offered(
  state: State,
  remote: RemoteConfig,
  at: Instant,
  core: CoreSettings,
): State {
  const { held, pace } = state.config;
  switch (turnOf(state, remote, at)) {
    case "read":
      return read(state, heldBy(state, remote), at, core);
    case "hold":
      return withConfig(state, { held: heldBy(state, remote), pace: { ...pace, crowded: true } });
    case "known":
      // The server has come back to what was read last: what it had offered in between is not wanted any more.
      return held === undefined || isSame(held.remote, remote)
        ? state
        : withConfig(state, { held: undefined });
  }
}

/** The offer that has waited is taken up. */
export function heldRead(state: State, at: Instant, core: CoreSettings): State {
  const { held } = state.config;
  return held === undefined ? state : read(state, held, at, core);
}

function read(
  state: State,
  { remote, superseded }: HeldOffer,
  at: Instant,
  core: CoreSettings,
): State {
  const pace = paceAfter(state, remote, at);
  const taken: State = withConfig(state, { held: undefined, pace });
  if (isDeadly(state, remote.digest)) return offerFailed(taken, remote, deadlyText);
  const note = superseded === 0 ? "" : `${superseded} offers before this one were superseded by it`;
  const noted: State = withConfig(taken, {
    lastOffer: { hash: remote.hash, digest: remote.digest },
    verdict: { is: "applying", hash: remote.hash, note },
    failed: undefined,
  });
  const alone = withoutTogether(noted);
  // Offered connections that are being tried are tried alone, so that they and this offer each answer for themselves.
  if (triesAlone(state)) return withConfig(alone, { waiting: remote });
  return propose(alone, remote, at, core);
}

/** What has waited for another binary is not wanted any more. */
function withoutTogether(state: State): State {
  return state.packages.together === undefined
    ? state
    : withPackages(state, { together: undefined });
}

/** Renders the layers with this remote configuration and decides what becomes of the result. */
export function propose(
  state: State,
  remote: RemoteConfig | undefined,
  at: Instant,
  core: CoreSettings,
): State {
  const { uid } = state.identity;
  const binary = binaryFor(state, core);
  if (remote?.problem !== undefined) return refuse(state, remote, remote.problem, at, core);
  if (binary === undefined) return withConfig(state, { waiting: remote });
  const connections = state.connections.accepted;
  const local = layersInForce(state);
  const sources = { local, remote, uid, binary: binary.facts, connections };
  const options = { ...core, ownPorts: state.config.ownPorts };
  const digest = sourcesDigest(sources, options);
  const isFor = (one: Generation | undefined): boolean =>
    one !== undefined && sameBinary(one.binary, binary);
  if (
    digest !== undefined &&
    state.config.target?.sources === digest &&
    isFor(state.config.target)
  ) {
    const before = state.config.target;
    const same = before.remote === remote && before.connections === state.connections.accepted;
    const target = same ? before : { ...before, remote, connections: state.connections.accepted };
    return sameText(taken(state), target, at, core);
  }
  const rendering = renderConfig(sources, options);
  if ("problem" in rendering) return refuse(state, remote, rendering.problem, at, core);
  const { config } = rendering;
  const next: State = withConfig(taken(state), { problem: undefined });
  if (state.config.target?.config.hash === config.hash && isFor(state.config.target)) {
    const target = { ...state.config.target, config, remote, connections, sources: digest };
    return sameText(next, target, at, core);
  }
  const failure = failureOf(state, { config, remote, binary }, at);
  if (failure !== undefined) return refuse(next, remote, failure.why, at, core);
  if (state.config.candidate?.config.hash === config.hash && isFor(state.config.candidate)) {
    return withConfig(next, {
      candidate: { ...state.config.candidate, remote, connections, sources: digest },
    });
  }
  // Our own parked configuration is not validated, unless something offered is in it.
  const ready = (config.parked && offersNothing(connections)) || !config.runs;
  const candidate: Candidate = {
    number: state.config.nextNumber,
    config,
    remote,
    binary,
    connections,
    sources: digest,
    stopsData: stopsDataNow(config, remote, state),
    at: ready ? "valid" : "new",
    validationMs: 0,
  };
  return withConfig(next, { nextNumber: state.config.nextNumber + 1, candidate });
}

/** The remote configuration that has waited is taken up, unless it waits for connections that are being tried. */
function taken(state: State): State {
  return triesAlone(state) ? state : withConfig(state, { waiting: undefined });
}

/** Something under the configuration has changed: the newest remote configuration is rendered anew. */
export function proposeAgain(state: State, at: Instant, core: CoreSettings): State {
  const { connections: offers, packages } = state;
  const { waiting, candidate, target } = state.config;
  if (offers.trying !== undefined) return propose(state, target?.remote, at, core);
  if (packages.trying !== undefined) {
    return propose(state, (candidate ?? target)?.remote, at, core);
  }
  return propose(state, waiting ?? candidate?.remote ?? target?.remote, at, core);
}

/**
 * True when an offer leaves no pipeline that moves data where there was one before, or when an earlier offer did so.
 */
function stopsDataNow(
  { idle, parked, runs }: RenderedConfig,
  remote: RemoteConfig | undefined,
  { config: { target } }: State,
): boolean {
  if (!idle || parked || !runs || remote === undefined || target === undefined) return false;
  return !target.config.idle || target.stopsData;
}

/** The local layers that count now: those for fallback stand for all others until a server is reached, and for none afterwards. */
export function layersInForce({ config: { local, fallback } }: State): readonly LocalLayer[] {
  if (!fallback) return local.filter(({ place }) => place !== "fallback");
  const standing = local.filter(({ place }) => place === "fallback");
  const ours = local.filter(({ forExtension }) => forExtension === true);
  return [...standing, ...ours].map((layer) => ({ ...layer, place: "base" }));
}

/** The offer says what the target says already: no step is needed, only the answer. */
function sameText(state: State, target: Generation, at: Instant, core: CoreSettings): State {
  const same: State = withConfig(state, { candidate: undefined, target });
  if (state.config.good?.number === target.number && state.config.trial === undefined)
    return targetProved(same, at, core);
  const trial: Trial = state.config.trial ?? {
    generation: target.number,
    startedAt: "startedAt" in state.agent.process ? state.agent.process.startedAt : undefined,
    startTimeoutMs: core.startTimeoutMs ?? leastStartTimeoutMs,
  };
  return withConfig(same, { trial });
}

/**
 * The offer is refused; what runs goes on running. If something else (a new instance id) was on its way together with
 * the offer, it is looked at again without it.
 */
function refuse(
  state: State,
  remote: RemoteConfig | undefined,
  why: string,
  at: Instant,
  core: CoreSettings,
): State {
  const { connections: offers } = state;
  const { target } = state.config;
  if (offers.trying !== undefined && remote === target?.remote) {
    const without = connectionsFailed(withConfig(state, { candidate: undefined }), why);
    return target === undefined ? propose(without, remote, at, core) : without;
  }
  if (state.packages.trying !== undefined && remote === target?.remote) {
    return binaryFailed(withConfig(state, { candidate: undefined }), why, Infinity);
  }
  const next: State = triedAloneNext(withConfig(taken(state), { candidate: undefined }));
  const answered: State = owed(state, remote)
    ? answeredFailed(next, remote, why)
    : withConfig(next, { problem: why });
  if (remote === undefined || remote === state.config.target?.remote) return answered;
  return propose(answered, state.config.target?.remote, at, core);
}

/** The binary has looked at a candidate and found nothing wrong. */
export function validated(before: State, number: number, tookMs: number): State {
  const state = answeredFor(before, number);
  const { candidate } = state.config;
  if (candidate?.number !== number || candidate.at !== "validating") return state;
  return withConfig(state, { candidate: { ...candidate, at: "valid", validationMs: tookMs } });
}

/** The binary refuses a candidate, or takes too long: what nobody has found fault with is better than no agent. */
export function refused(
  before: State,
  { number, why, at, byPolicy, unfinishedMs }: Extract<Event, { on: "config-refused" }>,
  core: CoreSettings,
): State {
  const state = answeredFor(before, number);
  const { candidate } = state.config;
  if (candidate?.number !== number) return state;
  const { remote } = candidate;
  const only = remote === undefined && state.config.target === undefined;
  if (only && unfinishedMs !== undefined) return validated(before, number, unfinishedMs);
  if (remote !== undefined && owed(state, remote) && !triesAlone(state) && binaryOnItsWay(state)) {
    return heldForBinary(state, { remote, why });
  }
  return refuse(remember(state, candidate, why, Infinity, byPolicy), remote, why, at, core);
}

/**
 * A candidate could not be validated or written, which says nothing of the configuration (a full disk). The server
 * gets an answer, and the same offer is looked at again when it comes; what nobody waits for is tried again later.
 */
export function postponed(
  state: State,
  number: number,
  back: "new" | "valid",
  why: string,
  at: Instant,
  core: CoreSettings,
): State {
  const { candidate } = state.config;
  if (candidate?.number !== number) return state;
  if (!owed(state, candidate.remote)) {
    return withConfig(state, { candidate: { ...candidate, at: back }, problem: why });
  }
  return refuse(withConfig(state, { lastOffer: undefined }), candidate.remote, why, at, core);
}

/** An answer of the binary that does not come is not waited for. */
export function validationByTime(state: State, at: Instant, core: CoreSettings): State {
  const { validating } = state.config;
  if (validating === undefined || at < givenUpAt(state.config)) return state;
  const { number } = validating;
  const free = withConfig(answeredFor(state, number), { notBefore: at + core.retryMs });
  return postponed(free, number, "new", silentText, at, core);
}

/** A generation is on disk; a new one is in force from here on and has to prove itself. */
export function written(state: State, number: number, at: Instant, core: CoreSettings): State {
  const { candidate } = state.config;
  const next: State = withConfig(state, { writing: undefined, onDisk: number, writtenAt: at });
  if (candidate?.number !== number) return next;
  const { config, remote, binary, connections, sources, stopsData } = candidate;
  const trial: Trial = {
    generation: number,
    startedAt: undefined,
    startTimeoutMs:
      core.startTimeoutMs ?? Math.max(leastStartTimeoutMs, 4 * candidate.validationMs),
  };
  return {
    ...withConfig(next, {
      candidate: undefined,
      target: { number, config, remote, binary, connections, sources, stopsData },
      trial,
    }),
    agent: { ...next.agent, crashes: { ...state.agent.crashes, count: 0, notBefore: 0 } },
  };
}
