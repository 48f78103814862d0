import type { AgentBinary, PackageVersion } from "../state/generation.ts";
import {
  type InstalledPackage,
  type PackageFailure,
  type Packages,
  type PackagesOffer,
  noPackages,
} from "../state/packages.ts";
import { type WallClock, shownAt, wallTime, whenShown } from "../state/wall-clock.ts";
import type { Instant } from "../state/time.ts";

/** Where a binary lies, without what it says of itself. */
export interface BinaryRecord {
  readonly path: string;
  readonly package?: PackageVersion;
}

/** What is kept of packages; times in ms since 1970, because a life has no instant in common with the next. */
export interface PackagesRecord {
  readonly offer: PackagesOffer | undefined;
  readonly installed: readonly InstalledPackage[];
  readonly failures: readonly FailureRecord[];
  readonly attempt: Packages["attempt"];
  readonly accepted: BinaryRecord | undefined;
  readonly earlier: { readonly binary: BinaryRecord; readonly until: number } | undefined;
  readonly former:
    { readonly generation: number; readonly until: number; readonly crashes: number } | undefined;
  readonly pinned: boolean;
}

/** `until` is null for one that is not tried again at all. */
interface FailureRecord extends Omit<PackageFailure, "until"> {
  readonly until: number | null;
}

/** The part of the packages that the disk keeps. */
export function packagesRecord(packages: Packages, clock: WallClock): PackagesRecord {
  const { offer, installed, failures, attempt, accepted, earlier, former, pinned } = packages;
  const shown = (at: Instant): number => Math.round(shownAt(clock, at).unixMs);
  return {
    ...{ offer, installed, attempt, pinned },
    failures: failures.map((one) => ({
      ...one,
      until: one.until === Infinity ? null : shown(one.until),
    })),
    accepted: binaryRecord(accepted),
    earlier: earlier && { binary: placeOf(earlier.binary), until: earlier.until.unixMs },
    former: former && {
      generation: former.generation.number,
      until: shown(former.until),
      crashes: former.crashes,
    },
  };
}

/** A binary that a server has delivered; the one of supervisor.yaml is found there. */
export function binaryRecord(binary: AgentBinary | undefined): BinaryRecord | undefined {
  return binary?.package === undefined ? undefined : placeOf(binary);
}

function placeOf({ path, package: from }: AgentBinary): BinaryRecord {
  return from === undefined ? { path } : { path, package: from };
}

/** True when both leave the same record. */
export function samePackages(a: Packages, b: Packages): boolean {
  return (
    a === b ||
    (a.offer === b.offer &&
      a.installed === b.installed &&
      a.failures === b.failures &&
      a.attempt === b.attempt &&
      a.accepted === b.accepted &&
      a.earlier === b.earlier &&
      a.former === b.former &&
      a.pinned === b.pinned)
  );
}

/**
 * What a new life takes up. `generationOf` gives a generation that could be read back. The clock may have been set since:
 * what is left of a wait is never more than `longestMs`.
 */
export function restoredPackages(
  kept: PackagesRecord | undefined,
  {
    at,
    clock,
    longestMs,
  }: { readonly at: Instant; readonly clock: WallClock; readonly longestMs: number },
  generationOf: (number: number) => NonNullable<Packages["former"]>["generation"] | undefined,
): Packages {
  if (kept === undefined) return noPackages;
  const { offer, installed, failures, attempt, accepted, earlier, former, pinned } = kept;
  const left = (until: number): Instant => {
    const leftMs = whenShown(clock, wallTime(until)) - at;
    return at + (leftMs >= 0 && leftMs < longestMs ? leftMs : longestMs);
  };
  const generation = former && generationOf(former.generation);
  return {
    ...noPackages,
    ...{ offer, installed, attempt, pinned },
    failures: failures.map((one) => ({
      ...one,
      until: one.until === null ? Infinity : left(one.until),
    })),
    accepted: accepted && { ...accepted, facts: undefined },
    earlier: earlier && {
      binary: { ...earlier.binary, facts: undefined },
      until: wallTime(earlier.until),
    },
    former:
      former === undefined || generation === undefined
        ? undefined
        : { generation, until: left(former.until), crashes: former.crashes },
    unswept: offer !== undefined,
  };
}
