import { answeredFailed, offerFailed } from "./config/verdict.ts";
import { settingsFailed } from "./connections/offer.ts";
import type { Event } from "./state/event.ts";
import { withoutHeldId } from "./identity.ts";
import { type State, withConfig } from "./state/state.ts";

/**
 * Something that came in could not be worked out: a fault of ours that an offer has found. An offer has failed by it; for
 * any other fact it is what waited or was on its way, which is given up, so that what runs goes on running.
 */
export function factFailed(
  state: State,
  { fact, why }: Extract<Event, { on: "fact-failed" }>,
): State {
  const reason = `the supervisor could not work out what this means: ${why}`;
  switch (fact.on) {
    case "config-offered":
      return offerFailed(state, fact.remote, reason);
    case "settings-offered":
      return settingsFailed(state, fact.offer, reason);
    case "step-begun":
      if (fact.step.do === "read-connections") {
        return settingsFailed(state, fact.step.offer, reason);
      }
      if (fact.step.do === "take-id") return withoutHeldId(givenUp(state, reason));
      return fact.step.do === "read-offer"
        ? offerFailed(state, fact.step.remote, reason)
        : givenUp(state, reason);
    default:
      return givenUp(state, reason);
  }
}

function givenUp(state: State, why: string): State {
  const { waiting, candidate } = state.config;
  const remote = waiting ?? candidate?.remote;
  if (remote === undefined) {
    return candidate === undefined ? state : withConfig(state, { candidate: undefined });
  }
  return answeredFailed(
    withConfig(state, { waiting: undefined, candidate: undefined }),
    remote,
    why,
  );
}
