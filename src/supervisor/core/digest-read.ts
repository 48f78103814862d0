import { turnOf } from "./config/offer-pace.ts";
import { turnOfSettings } from "./connections/settings-pace.ts";
import type { Event } from "./state/event.ts";
import type { State } from "./state/state.ts";

/**
 * The digest of the offer that is read with this event; undefined where none is. It is the one thing here that somebody
 * else has written, so a fault of ours may show in it.
 */
export function digestRead(state: State, event: Event): string | undefined {
  switch (event.on) {
    case "config-offered":
      return turnOf(state, event.remote, event.at) === "read" ? event.remote.digest : undefined;
    case "step-begun":
      if (event.step.do === "read-connections") return event.step.offer.digest;
      return event.step.do === "read-offer" ? event.step.remote.digest : undefined;
    case "settings-offered":
      return turnOfSettings(state, event.offer, event.at) === "read"
        ? event.offer.digest
        : undefined;
    default:
      return undefined;
  }
}
