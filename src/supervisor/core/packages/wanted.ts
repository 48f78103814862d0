import { sameVersion } from "../config/package-failure.ts";
import type { PackageVersion } from "../state/generation.ts";
import type { OfferedPackage, PackageFailure } from "../state/packages.ts";
import type { State } from "../state/state.ts";
import type { Instant } from "../state/time.ts";

/** What an offered package is told from others by. */
export function versionOf({ name, hash, file }: OfferedPackage): {
  readonly name: string;
  readonly hash: string;
  readonly contentHash: string;
} {
  return { name, hash, contentHash: file.contentHash };
}

/** The version of the agent's package that is in force. */
function versionInForce({ packages: { accepted } }: State): PackageVersion | undefined {
  return accepted?.package;
}

/** True of a package that is on disk and in use: the agent's is when its binary is the one in force. */
export function isInstalled(state: State, offered: OfferedPackage): boolean {
  const inUse =
    offered.kind === "agent"
      ? [versionInForce(state)]
      : state.packages.installed.filter(({ kind }) => kind === "addon");
  return inUse.some((one) => one !== undefined && fits(one, offered));
}

/** True of a binary that is on its way into force: fetched, but not proved. */
export function isBeingTried({ packages: { trying, ready } }: State, one: OfferedPackage): boolean {
  return [trying, ready?.binary].some(
    (binary) => binary?.package !== undefined && fits(binary.package, one),
  );
}

/** The hash of a package is opaque and says which it is; what lies in the file does where it says nothing. */
function fits(there: PackageVersion, { name, hash, file }: OfferedPackage): boolean {
  if (there.name !== name || there.hash !== hash) return false;
  return file.contentHash === "" || there.contentHash === file.contentHash;
}

/**
 * Why this package is not taken now, where that is so. A binary that was at fault is known by its file, under whatever
 * name it is offered.
 */
export function failureOfPackage(
  { packages: { failures } }: State,
  offered: OfferedPackage,
): PackageFailure | undefined {
  const version = versionOf(offered);
  return failures.find(
    (one) =>
      sameVersion(one, version) ||
      (one.ran && one.contentHash === version.contentHash && offered.kind === "agent"),
  );
}

/** What is offered and neither there nor on its way, in the order of the offer. */
export function missingPackages(state: State): readonly OfferedPackage[] {
  const { offer, pinned, underWay } = state.packages;
  if (offer === undefined || offer.problem !== undefined || pinned) return [];
  return offer.packages.filter(
    (one) =>
      one.problem === undefined &&
      !isUnderWay(underWay?.offered, one) &&
      !isInstalled(state, one) &&
      !isBeingTried(state, one),
  );
}

/** True of a package whose file is being fetched. */
export function isUnderWay(fetched: OfferedPackage | undefined, one: OfferedPackage): boolean {
  return fetched !== undefined && sameVersion(versionOf(fetched), versionOf(one));
}

/** The one to be fetched now; undefined where there is none. */
export function nextToFetch(state: State, now: Instant): OfferedPackage | undefined {
  return missingPackages(state).find((one) => now >= fetchableAt(state, one));
}

/** The moment from which on a package may be fetched; Infinity where it waits for another offer. */
export function fetchableAt(state: State, one: OfferedPackage): Instant {
  const failure = failureOfPackage(state, one);
  if (failure === undefined) return 0;
  return failure.again === "wait" ? failure.until : Infinity;
}
