import { advanceOffers } from "./connections/offer.ts";
import { advancePackages } from "./packages/switch.ts";
import type { CoreSettings } from "./state/core-settings.ts";
import type { State } from "./state/state.ts";
import type { Instant } from "./state/time.ts";

/** Takes what servers offer beside configurations a step further, after every event. The same state when nothing is due. */
export function advance(before: State, state: State, at: Instant, core: CoreSettings): State {
  return advanceOffers(advancePackages(before, state, at, core), at, core);
}
