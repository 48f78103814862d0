import type { PackageFailure } from "../state/packages.ts";
import { type State, withPackages } from "../state/state.ts";

type Version = Pick<PackageFailure, "name" | "hash" | "contentHash">;

/** How many versions are remembered that failed and are offered no more. */
const maxFailures = 20;

/** This version is not tried again for a while; how often it has failed counts on. */
export function packageFailed(state: State, failed: Omit<PackageFailure, "times">): State {
  const { failures } = state.packages;
  const before = failures.find((one) => sameVersion(one, failed));
  const failure = { ...failed, times: (before?.times ?? 0) + 1 };
  const others = failures.filter((one) => one !== before);
  return withPackages(state, { failures: withoutOldest([...others, failure], state) });
}

// One that is offered and forgotten would be fetched at once, and all of them in turn without an end.
function withoutOldest(
  failures: readonly PackageFailure[],
  { packages }: State,
): readonly PackageFailure[] {
  const offered = packages.offer?.packages ?? [];
  const keys = new Set(
    offered.map(({ name, hash, file }) => keyOf({ name, hash, contentHash: file.contentHash })),
  );
  const isOffered = (one: PackageFailure): boolean => keys.has(keyOf(one));
  const kept = new Set(failures.filter((one) => !isOffered(one)).slice(-maxFailures));
  return failures.filter((one) => isOffered(one) || kept.has(one));
}

function keyOf({ name, hash, contentHash }: Version): string {
  return JSON.stringify([name, hash, contentHash]);
}

/** True of the same version of the same package. */
export function sameVersion(a: Version, b: Version): boolean {
  return a.name === b.name && a.hash === b.hash && a.contentHash === b.contentHash;
}
