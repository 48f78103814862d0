import type { BinaryFacts } from "../../../agent-config/config.ts";
import { localBinary, sameBinary } from "../config/binary.ts";
import { packageFailed } from "../config/package-failure.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Event } from "../state/event.ts";
import {
  type InstalledPackage,
  type OfferedPackage,
  type PackageFailure,
  type PackagesOffer,
  packagedBinary,
} from "../state/packages.ts";
import { type State, withPackages } from "../state/state.ts";
import type { Instant } from "../state/time.ts";
import { isTooSoon, offerHeld, offerRead } from "./package-pace.ts";
import { failureOfPackage, isUnderWay, versionOf } from "./wanted.ts";

type EventOf<Name extends Event["on"]> = Extract<Event, { on: Name }>;

/** So often a file is asked for that cannot be had now, before it waits for another offer. */
const maxWaits = 20;

/** The wait before such a file is asked for again: doubled each time, up to this. */
const longestWaitMs = 900_000;

/** An offer of packages; one that comes too soon after others waits, and the newest is the one that does. */
export function packagesOffered(state: State, offer: PackagesOffer, at: Instant): State {
  const { offer: before, held } = state.packages;
  if (isSame(held, offer)) return state;
  // The server has come back to what was read last: what it had offered in between is not wanted any more.
  if (isSame(before, offer) || isSame(before, checked(state, offer))) {
    return packagesRead(
      held === undefined ? state : withPackages(state, { held: undefined }),
      offer,
      at,
    );
  }
  return isTooSoon(state, at)
    ? offerHeld(state, offer)
    : packagesRead(offerRead(state, at), offer, at);
}

/** What has waited is taken up. */
export function heldPackagesRead(state: State, offer: PackagesOffer, at: Instant): State {
  return packagesRead(offerRead(state, at), offer, at);
}

/**
 * An offer is read. The same one again lets what has failed be tried again, once its quarantine is over; what is said anew
 * of a package lets that one be tried again that could not be had.
 */
function packagesRead(state: State, offered: PackagesOffer, at: Instant): State {
  const { failures, offer: before } = state.packages;
  const offer = isSame(before, offered) ? offered : checked(state, offered);
  const left = failures.filter((one) => !isOver(one, before, offer, at));
  const same = before !== undefined && isSame(before, offer);
  if (same && left.length === failures.length) return state;
  return withPackages(state, {
    offer: same ? before : offer,
    failures: left.length === failures.length ? failures : left,
    unswept: true,
  });
}

function isSame(a: PackagesOffer | undefined, b: PackagesOffer): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Where nothing is there to be withdrawn, an offer without any package is a mistake of the server's. */
function checked({ packages }: State, offer: PackagesOffer): PackagesOffer {
  const { installed, accepted, trying, ready } = packages;
  const isThere =
    installed.length > 0 || [accepted, trying, ready].some((one) => one !== undefined);
  if (offer.packages.length > 0 || offer.allHash === "" || isThere) return offer;
  return { ...offer, problem: offer.problem ?? "expected packages in the offer, found none" };
}

function isOver(
  failure: PackageFailure,
  before: PackagesOffer | undefined,
  offer: PackagesOffer,
  at: Instant,
): boolean {
  const now = offer.packages.find(({ name }) => name === failure.name);
  if (now === undefined || failure.again === "wait") return false;
  if (at >= failure.until) return true;
  const was = before?.packages.find(({ name }) => name === failure.name);
  return !failure.ran && JSON.stringify(was) !== JSON.stringify(now);
}

/** How far the file has come. */
export function packageProgressed(
  state: State,
  { offered, progress }: EventOf<"package-progressed">,
): State {
  const { underWay } = state.packages;
  if (!isUnderWay(underWay?.offered, offered)) return state;
  return withPackages(state, { underWay: { offered, progress } });
}

/** A package lies on disk. An add-on is done with that, a binary has yet to prove itself. */
export function packageFetched(
  state: State,
  event: EventOf<"package-fetched">,
  core: CoreSettings,
): State {
  const { offered, installed, facts } = event;
  const { underWay, failures, accepted } = state.packages;
  if (!isUnderWay(underWay?.offered, offered)) return withPackages(state, { unswept: true });
  const why = doubtOf(offered, facts);
  if (why !== undefined) {
    const refused = { on: "package-refused", offered, why, retryAfterMs: undefined } as const;
    return packageRefused(state, { ...refused, at: event.at }, core);
  }
  const failure = failureOfPackage(state, offered);
  const next = withPackages(state, {
    underWay: undefined,
    failures: failure === undefined ? failures : failures.filter((one) => one !== failure),
    unswept: true,
  });
  if (installed.kind === "addon") return withInstalled(next, installed);
  const binary = packagedBinary(installed, facts);
  // Another name for what is in force.
  if (accepted !== undefined && sameBinary(accepted, binary)) {
    const known = { ...binary, facts: accepted.facts };
    return withInstalled(withPackages(next, { accepted: known }), installed);
  }
  return withPackages(next, { ready: { binary, alone: false } });
}

/** A signature by a key of a project says who made a file, not always which version it is: the program has the last word. */
function doubtOf({ version }: OfferedPackage, facts: BinaryFacts | undefined): string | undefined {
  if (facts?.knownBy !== "answers") return undefined;
  const [said, offered] = [facts.version, version].map((text) => text.replace(/^v/, ""));
  if (said === "" || offered === "" || said === offered) return undefined;
  return `expected version ${version} in the package, found a program that says it is ${facts.version}`;
}

/** The package is on disk and in use. */
export function withInstalled(state: State, installed: InstalledPackage): State {
  const { name, kind } = installed;
  const others = state.packages.installed.filter((one) =>
    kind === "agent" ? one.kind !== "agent" : one.kind === "agent" || one.name !== name,
  );
  return withPackages(state, { installed: [...others, installed] });
}

/** A package could not be had, or is refused. */
export function packageRefused(
  state: State,
  { offered, why, retryAfterMs, at }: EventOf<"package-refused">,
  { retryMs, quarantineMs }: CoreSettings,
): State {
  if (!isUnderWay(state.packages.underWay?.offered, offered)) return state;
  const { version } = offered;
  const times = (failureOfPackage(state, offered)?.times ?? 0) + 1;
  const free = withPackages(state, { underWay: undefined, unswept: true });
  const of = { ...versionOf(offered), version, why, ran: false };
  if (retryAfterMs === undefined) {
    return packageFailed(free, { ...of, until: Infinity, again: "offer" });
  }
  if (times >= maxWaits) {
    return packageFailed(free, { ...of, until: at + quarantineMs, again: "offer" });
  }
  const pauseMs = Math.min(longestWaitMs, retryMs * 2 ** (times - 1));
  const until = at + Math.max(pauseMs, retryAfterMs);
  return packageFailed(free, { ...of, until, again: "wait" });
}

/** From here on it is being fetched. */
export function fetchBegun(state: State, offered: OfferedPackage): State {
  const progress = { phase: "downloading", percent: 0, bytesPerSecond: 0 } as const;
  return withPackages(state, { underWay: { offered, progress } });
}

/** A person keeps what runs, or does not any more. */
export function packagePinned(state: State, pinned: boolean): State {
  return state.packages.pinned === pinned ? state : withPackages(state, { pinned });
}

/** A person wants the binary back that ran before: the one in force is not taken again until another one is offered. */
export function rollbackAsked(state: State, core: CoreSettings): State {
  const { earlier, accepted, trying } = state.packages;
  if (earlier === undefined || trying !== undefined) return state;
  const binary = earlier.binary.package === undefined ? localBinary(state, core) : earlier.binary;
  const next = withPackages(state, { ready: { binary, alone: true }, earlier: undefined });
  const from = accepted?.package;
  if (from === undefined) return next;
  const { name, version, hash, contentHash } = from;
  const why = "a person has gone back to the version before it";
  const of = { name, version, hash, contentHash, why, ran: true };
  return packageFailed(next, { ...of, until: Infinity, again: "offer" });
}

/** What is not offered any more goes: add-ons at once, the binary when another one has taken its place. */
export function withoutWithdrawn(state: State, core: CoreSettings): State {
  const { offer, installed, accepted, trying, ready, pinned, localFailure } = state.packages;
  if (offer === undefined || offer.problem !== undefined || pinned) return state;
  const left = installed.filter(
    (one) => one.kind === "agent" || offer.packages.some(({ name }) => name === one.name),
  );
  const next =
    left.length === installed.length
      ? state
      : withPackages(state, { installed: left, unswept: true });
  const failed =
    localFailure !== undefined &&
    localFailure.offer === offer &&
    localFailure.generation === state.config.target?.number;
  const wantsNone = !failed && !offer.packages.some(({ kind }) => kind === "agent");
  const free = accepted !== undefined && trying === undefined && ready === undefined;
  if (!wantsNone || !free || state.identity.binary === undefined) return next;
  return withPackages(next, { ready: { binary: localBinary(state, core), alone: true } });
}

/** A fetched binary that waits for its turn is not wanted any more when another one is. */
export function withoutOutdated(state: State): State {
  const { offer, ready, pinned } = state.packages;
  const from = ready?.binary.package;
  if (from === undefined || ready?.alone === true || offer === undefined) return state;
  const wanted = offer.packages.some(({ name, hash }) => name === from.name && hash === from.hash);
  return wanted && !pinned ? state : withPackages(state, { ready: undefined, unswept: true });
}
