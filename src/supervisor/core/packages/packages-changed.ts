import type { CoreSettings } from "../state/core-settings.ts";
import type { Event } from "../state/event.ts";
import { type State, withPackages } from "../state/state.ts";
import { packageLost } from "./package-lost.ts";
import {
  packageFetched,
  packagePinned,
  packageProgressed,
  packageRefused,
  packagesOffered,
  rollbackAsked,
} from "./package-offers.ts";

type PackageEvent = Extract<
  Event,
  {
    on:
      | "packages-offered"
      | "package-progressed"
      | "package-fetched"
      | "package-refused"
      | "package-rollback-asked"
      | "package-lost"
      | "package-pinned";
  }
>;

/** True of what happens to packages. */
export function isOfPackages(event: Event): event is PackageEvent {
  return event.on.startsWith("package");
}

/** Whatever happens to packages. */
export function packagesChanged(state: State, event: PackageEvent, core: CoreSettings): State {
  switch (event.on) {
    case "packages-offered":
      return packagesOffered(state, event.offer, event.at);
    case "package-progressed":
      return packageProgressed(state, event);
    case "package-fetched":
      return packageFetched(state, event, core);
    case "package-refused":
      return packageRefused(state, event, core);
    case "package-rollback-asked":
      return rollbackAsked(state, core);
    case "package-lost":
      return packageLost(state, event.executable, core);
    case "package-pinned":
      return packagePinned(state, event.pinned);
  }
}

/** A person wants to try again what has failed. */
export function packagesRetried(state: State): State {
  return state.packages.failures.length === 0 ? state : withPackages(state, { failures: [] });
}
