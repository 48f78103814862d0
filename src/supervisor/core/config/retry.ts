import { offered } from "./propose.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Instant } from "../state/time.ts";
import { noFaults } from "../state/trials.ts";
import { type State, withAgent, withConfig } from "../state/state.ts";

/**
 * What waits is tried at once: the offer that failed, and the start of an agent that crashed. An agent that runs and
 * an offer that is being tried are left alone. The same state when nothing waits.
 */
export function retried(state: State, at: Instant, core: CoreSettings): State {
  if (state.desired.run === "down") return state;
  return offeredAgain(withoutFailures(withoutBackoff(state, at)), at, core);
}

function withoutBackoff(state: State, at: Instant): State {
  const { crashes } = state.agent;
  if (crashes.notBefore <= at) return state;
  return withAgent(state, { crashes: { ...crashes, count: 0, faults: noFaults, notBefore: at } });
}

function withoutFailures(state: State): State {
  const { failures, deadly } = state.config;
  if (failures.length === 0 && deadly === undefined) return state;
  return withConfig(state, { failures: [], deadly: undefined });
}

/** As if the server had just offered it, after a step that failed (a full disk) without the wait. */
export function offeredAgain(state: State, at: Instant, core: CoreSettings): State {
  const { failed } = state.config;
  if (failed === undefined) return state;
  return offered(withConfig(state, { lastOffer: undefined, notBefore: at }), failed, at, core);
}
