import { turnOf } from "./config/offer-pace.ts";
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
      return event.step.do === "read-offer" ? event.step.remote.digest : undefined;
    case "settings-offered": {
      const { last } = state.connections;
      const { hash, digest } = event.offer;
      return last?.hash === hash && last.digest === digest ? undefined : digest;
    }
    default:
      return undefined;
  }
}
