import { changeFailed } from "./agent/attached.ts";
import { rolloutAnswered } from "./fleet/rollout.ts";
import { messageSettled } from "./agent/extension.ts";
import { layersTold } from "./agent/layers-told.ts";
import { lookFailed } from "./agent/log-size.ts";
import { unasked } from "./agent/stall.ts";
import { postponed } from "./config/propose.ts";
import { answeredFor } from "./config/under-way.ts";
import { requestFailed } from "./connections/certificate-renewal.ts";
import { serverRefuted } from "./connections/server-switch.ts";
import { packageRefused } from "./packages/package-offers.ts";
import type { CoreSettings } from "./state/core-settings.ts";
import type { Event } from "./state/event.ts";
import { type State, withConfig } from "./state/state.ts";

/** An edge could not do its step. It never tries again by itself: what happens next is decided here. */
export function stepFailed(
  state: State,
  { step, why, at }: Extract<Event, { on: "step-failed" }>,
  core: CoreSettings,
): State {
  const notBefore = at + core.retryMs;
  switch (step.do) {
    case "identify-agent":
      return { ...state, identity: { ...state.identity, asking: false, problem: why, notBefore } };
    case "validate-config": {
      const { number } = step.generation;
      const free = answeredFor(state, number);
      // One that a newer candidate has taken the place of says nothing of that.
      if (state.config.candidate?.number !== number) return free;
      return postponed(withConfig(free, { notBefore }), number, "new", why, at, core);
    }
    case "write-config": {
      const later: State = withConfig(state, { writing: undefined, notBefore: notBefore });
      return postponed(later, step.generation.number, "valid", why, at, core);
    }
    case "look-at-log":
      return lookFailed(state, why, at, core);
    case "reload-agent": {
      if (core.kind.fleet === undefined) return changeFailed(state, why, at, core);
      const { run, generation } = step;
      const order = { is: "unreached", why } as const;
      const answered = {
        on: "rollout-answered",
        run,
        number: generation.number,
        order,
        at,
      } as const;
      return rolloutAnswered(state, answered, core);
    }
    case "signal-agent":
      return changeFailed(state, why, at, core);
    case "probe-agent":
      return unasked(state, step.run, at);
    case "start-agent":
    case "read-metrics":
    case "answer-extension":
      // Their outcome is always an exit or an answer, or nobody waits for one.
      return state;
    case "send-to-server":
      return messageSettled(state);
    case "tell-layers":
      return layersTold(state, { unknown: why }, at);
    case "fetch-package": {
      const refused = { on: "package-refused", offered: step.offered, why, retryAfterMs: 0, at };
      return packageRefused(state, { ...refused, on: "package-refused" }, core);
    }
    case "make-certificate-request":
      return requestFailed(state, at, core.certificate);
    case "prove-server":
      return serverRefuted(state, step.settings, why);
    case "read-offer":
    case "read-connections":
    case "take-id":
    case "stop-proving":
    case "stop-fetching":
    case "read-packages":
    case "restore-command-line":
    case "sweep-packages":
    case "use-server":
    case "send-certificate-request":
      return state;
  }
}
