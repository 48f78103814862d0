import type { PackageFailure } from "../state/packages.ts";
import { type State, withPackages } from "../state/state.ts";

/** How many versions are remembered that failed. */
const maxFailures = 20;

/** This version is not tried again for a while; how often it has failed counts on. */
export function packageFailed(state: State, failed: Omit<PackageFailure, "times">): State {
  const { failures } = state.packages;
  const before = failures.find((one) => sameVersion(one, failed));
  const failure = { ...failed, times: (before?.times ?? 0) + 1 };
  const others = failures.filter((one) => one !== before);
  return withPackages(state, { failures: [...others, failure].slice(-maxFailures) });
}

/** True of the same version of the same package. */
export function sameVersion(
  a: Pick<PackageFailure, "name" | "hash" | "contentHash">,
  b: Pick<PackageFailure, "name" | "hash" | "contentHash">,
): boolean {
  return a.name === b.name && a.hash === b.hash && a.contentHash === b.contentHash;
}
