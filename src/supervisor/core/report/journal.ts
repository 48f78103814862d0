import { type Connections, noConnections } from "../../../agent-config/connections.ts";
import type { ConnectionOffers } from "../state/offers.ts";
import { withText, unsaid } from "../../../agent-config/render-config.ts";
import { type Generation, unknownBinary } from "../state/generation.ts";
import { type State, withConfig, initialState } from "../state/state.ts";
import type { ReloadParts, RemoteConfig, ProbeTarget } from "../../../agent-config/config.ts";
import { ownPortsOf } from "../config/own-ports.ts";
import type { Verdict } from "../state/trials.ts";
import {
  type BinaryRecord,
  type PackagesRecord,
  binaryRecord,
  packagesRecord,
  restoredPackages,
  samePackages,
} from "./packages-record.ts";
import {
  type OffersRecord,
  type Resumption,
  offersRecord,
  restoredOffers,
} from "./offers-record.ts";

/** What is kept of a generation beside its text, which is a file of its own. */
export interface GenerationRecord {
  readonly number: number;
  /** The hash of its text: a file that was changed or damaged since is not the generation any more. */
  readonly hash: string;
  readonly remote: RemoteConfig | undefined;
  readonly sources: string | undefined;
  readonly runs: boolean;
  readonly parked: boolean;
  readonly probe: ProbeTarget | undefined;
  readonly ownMetrics: string | undefined;
  /** These eight are missing in a journal of an earlier version. */
  readonly ownHealthCheck?: string | undefined;
  readonly metrics?: string | undefined;
  readonly idle?: boolean;
  /** `stopsData` of the generation, under its first name. */
  readonly silences?: boolean;
  readonly connections?: Connections;
  readonly flushes?: boolean;
  readonly resource?: Readonly<Record<string, string>>;
  readonly parts?: ReloadParts | undefined;
  /** Only where a server has delivered the binary. */
  readonly binary?: BinaryRecord | undefined;
}

/** What survives a restart of the supervisor. */
export interface Journal {
  readonly uid: string;
  readonly verdict: Verdict;
  /** The generation in force; equal to `good` unless it has yet to prove itself. */
  readonly target: GenerationRecord | undefined;
  readonly good: GenerationRecord | undefined;
  /** Missing in a journal of an earlier version. */
  readonly previous?: GenerationRecord | undefined;
  readonly nextNumber: number;
  /** No server was reached yet and the fallback layers stand for the local ones. Missing in an earlier version's. */
  readonly fallback?: boolean;
  /** Missing in an earlier version's, as are the two that follow. */
  readonly offers?: OffersRecord;
  readonly packages?: PackagesRecord;
  /** What a binary that is on probation goes back to. */
  readonly former?: GenerationRecord | undefined;
}

/** The part of the state that the disk keeps. */
export function record(state: State): Journal {
  return {
    uid: state.identity.uid,
    verdict: state.config.verdict,
    target: recordOf(state.config.target),
    good: recordOf(state.config.good),
    previous: recordOf(state.config.previous),
    nextNumber: state.config.nextNumber,
    fallback: state.config.fallback,
    offers: offersRecord(state.connections, state.clock),
    packages: packagesRecord(state.packages, state.clock),
    former: recordOf(state.packages.former?.generation),
  };
}

/** True when both states leave the same journal; cheap, because unchanged parts are the same objects. */
export function sameRecord(a: State, b: State): boolean {
  return (
    a.identity.uid === b.identity.uid &&
    a.config.verdict === b.config.verdict &&
    a.config.target === b.config.target &&
    a.config.good === b.config.good &&
    a.config.previous === b.config.previous &&
    a.config.nextNumber === b.config.nextNumber &&
    a.config.fallback === b.config.fallback &&
    sameOffers(a.connections, b.connections) &&
    samePackages(a.packages, b.packages)
  );
}

/** True when the later state has given up credentials that the earlier one had. */
export function forgets({ connections: a }: State, { connections: b }: State): boolean {
  return (
    (a.former !== undefined && b.former === undefined) ||
    (a.request.at === "waiting" && b.request.at === "none")
  );
}

function sameOffers(a: ConnectionOffers, b: ConnectionOffers): boolean {
  return (
    a === b ||
    (a.last === b.last &&
      a.status === b.status &&
      a.underWay === b.underWay &&
      a.server === b.server &&
      a.former === b.former &&
      a.writtenEndpoint === b.writtenEndpoint &&
      a.request === b.request)
  );
}

function recordOf(generation: Generation | undefined): GenerationRecord | undefined {
  if (generation === undefined) return undefined;
  const { number, remote, connections, sources, stopsData, config } = generation;
  const { hash, runs, parked, probe, metrics, idle, flushes, resource, parts } = config;
  const { ownMetrics, ownHealthCheck } = config;
  const own = { ownMetrics, ownHealthCheck };
  const kept = { runs, parked, probe, ...own, metrics, idle, flushes, resource, parts };
  const binary = binaryRecord(generation.binary);
  const delivered = binary === undefined ? {} : { binary };
  return { number, hash, remote, connections, sources, silences: stopsData, ...kept, ...delivered };
}

/**
 * The state to begin with. `texts` holds the generations that could be read back. An apply that was interrupted
 * counts as failed when it had been put into force, else as not begun, so that the server offers it again.
 */
export function restore(
  journal: Journal,
  texts: ReadonlyMap<number, string>,
  resumption: Resumption,
): State {
  const good = generationOf(journal.good, texts);
  const interrupted = journal.target?.number !== journal.good?.number;
  return {
    ...withConfig(initialState(journal.uid, resumption.clock), {
      target: good,
      good,
      previous: generationOf(journal.previous, texts),
      nextNumber: journal.nextNumber,
      fallback: journal.fallback ?? false,
      ownPorts: ownPortsOf(good?.config),
      verdict: settled(journal.verdict, interrupted, journal.target?.remote, good),
    }),
    connections: {
      ...restoredOffers(journal.offers, resumption),
      accepted: good?.connections ?? noConnections,
    },
    packages: restoredPackages(journal.packages, resumption, (number) =>
      number === journal.former?.number ? generationOf(journal.former, texts) : undefined,
    ),
  };
}

function settled(
  verdict: Verdict,
  interrupted: boolean,
  tried: RemoteConfig | undefined,
  good: Generation | undefined,
): Verdict {
  if (verdict.is === "applied") {
    // APPLIED is no longer true without the generation itself: the server is to offer it again.
    return good?.remote?.hash === verdict.hash ? verdict : { is: "unset" };
  }
  if (verdict.is !== "applying") return verdict;
  if (!interrupted || tried?.hash !== verdict.hash) return { is: "unset" };
  const why = "the supervisor ended while this configuration was being tried";
  const runs = good === undefined ? "" : `\nGeneration ${good.number} is in force again.`;
  return { is: "failed", hash: verdict.hash, why: `${why}${runs}` };
}

function generationOf(
  kept: GenerationRecord | undefined,
  texts: ReadonlyMap<number, string>,
): Generation | undefined {
  const text = kept === undefined ? undefined : texts.get(kept.number);
  if (kept === undefined || text === undefined) return undefined;
  const {
    number,
    remote,
    sources,
    silences: stopsData = false,
    runs,
    parked,
    probe,
    ownMetrics,
  } = kept;
  const { metrics, idle = false, connections = noConnections } = kept;
  const { flushes = false, resource = {}, ownHealthCheck, parts } = kept;
  const own = { ownMetrics, ownHealthCheck };
  const known = { runs, parked, probe, ...own, metrics, idle, flushes, resource, parts };
  const config = withText(text, { ...unsaid, ...known, flows: undefined, warnings: [] });
  if (config.hash !== kept.hash) return undefined;
  const binary = kept.binary === undefined ? unknownBinary : { ...kept.binary, facts: undefined };
  return { number, remote, binary, connections, sources, stopsData, config };
}
