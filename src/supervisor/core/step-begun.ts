import { awaitBegun } from "./agent/attached.ts";
import { answerBegun, sendingBegun } from "./agent/extension.ts";
import { askedAfterLoss, withoutLink, withoutHealth } from "./agent/extension-loss.ts";
import { tellingBegun } from "./agent/layers-told.ts";
import { logOpened, lookBegun } from "./agent/log-size.ts";
import { commandLineRestored } from "./agent/command-line.ts";
import { startBegun, signalBegun, probeBegun } from "./agent/process.ts";
import { reloadBegun } from "./agent/reload.ts";
import { rolloutBegun } from "./fleet/rollout.ts";
import { heldRead } from "./config/propose.ts";
import { validationBegun, writeBegun } from "./config/under-way.ts";
import { heldSettingsRead } from "./connections/offer.ts";
import { requestBegun, requestSent } from "./connections/certificate-renewal.ts";
import { provingBegun, provingStopped, serverUsed } from "./connections/server-switch.ts";
import { askedAnew, idTaken } from "./identity.ts";
import { watchChange, readingBegun } from "./data-flow/watch.ts";
import { fetchBegun, heldPackagesRead } from "./packages/package-offers.ts";
import type { CoreSettings } from "./state/core-settings.ts";
import { type State, withPackages } from "./state/state.ts";
import type { Step } from "./state/step.ts";
import type { Instant } from "./state/time.ts";

/** What is in flight is part of the state, so that the plan does not ask for it twice. */
export function begun(state: State, step: Step, at: Instant, core: CoreSettings): State {
  switch (step.do) {
    case "identify-agent":
      return { ...state, identity: { ...state.identity, asking: true } };
    case "validate-config":
      return validationBegun(state, step.generation.number, at);
    case "read-offer":
      return heldRead(state, at, core);
    case "read-connections":
      return heldSettingsRead(state, step.offer, at, core);
    case "take-id":
      return idTaken(state, step.uid, at, core);
    case "write-config":
      return writeBegun(state, step.generation, at);
    case "start-agent": {
      if (!core.kind.mayStart) return awaitBegun(state, step, at);
      const opened = logOpened(state, at, core);
      const watched = watchChange(opened, step.generation, at, core);
      const started = withoutLink(startBegun(watched, step, at, core));
      return askedAnew(started, step.generation.binary);
    }
    case "reload-agent": {
      if (core.kind.fleet !== undefined) return rolloutBegun(state, step, at);
      const inPart = step.part !== undefined;
      const watched = watchChange(state, step.generation, at, core, inPart);
      const begunNow = reloadBegun(watched, step, at, core);
      return inPart ? begunNow : withoutHealth(begunNow);
    }
    case "signal-agent":
      return signalBegun(watchChange(state, state.config.target, at, core), step, at);
    case "probe-agent":
      return askedAfterLoss(probeBegun(state, step));
    case "read-metrics":
      return readingBegun(state);
    case "look-at-log":
      return lookBegun(state);
    case "answer-extension":
      return answerBegun(state, step.run);
    case "send-to-server":
      return sendingBegun(state);
    case "tell-layers":
      return tellingBegun(state, at);
    case "prove-server":
      return provingBegun(state);
    case "stop-proving":
      return provingStopped(state);
    case "use-server":
      return serverUsed(state, step.settings, at);
    case "read-packages":
      return heldPackagesRead(state, step.offer, at);
    case "restore-command-line":
      return commandLineRestored(state);
    case "fetch-package":
      return fetchBegun(state, step.offered);
    case "stop-fetching":
      return withPackages(state, { underWay: undefined, unswept: true });
    case "sweep-packages":
      return withPackages(state, { unswept: false });
    case "make-certificate-request":
      return requestBegun(state, step.commonName);
    case "send-certificate-request":
      return requestSent(state);
  }
}
