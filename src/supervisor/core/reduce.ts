import { adopted } from "./agent/adoption.ts";
import { missing, stopAsked } from "./agent/attached.ts";
import { extensionChanged } from "./agent/extension.ts";
import { settingsTaken } from "./agent/command-line.ts";
import { isOfMessages, messagesChanged } from "./agent/custom-messages.ts";
import { noteGap } from "./agent/gap.ts";
import { agentProbed, configRestored } from "./agent/hand-edit.ts";
import { fleetChanged, isOfFleet } from "./fleet/fleet-seen.ts";
import { logFound, lookedAtLog } from "./agent/log-size.ts";
import { stalled } from "./agent/stall.ts";
import { started, ended } from "./agent/process.ts";
import { restartCommanded } from "./agent/restart.ts";
import { validated, refused, written } from "./config/propose.ts";
import { retried } from "./config/retry.ts";
import { offeredWhereKept, storageChanged } from "./config/storage.ts";
import { requestChanged } from "./connections/certificate-renewal.ts";
import { endpointWritten, settingsRetried, settingsOffered } from "./connections/offer.ts";
import { settingsAfterStorage } from "./connections/settings-kept.ts";
import { serverReached, serverChanged } from "./connections/server-switch.ts";
import { metricsAnswered } from "./data-flow/watch.ts";
import { isOfPackages, packagesChanged, packagesRetried } from "./packages/packages-changed.ts";
import type { CoreSettings } from "./state/core-settings.ts";
import type { Event } from "./state/event.ts";
import { type State, withClock } from "./state/state.ts";
import { clockSet } from "./state/wall-clock.ts";
import { advance } from "./advance.ts";
import { byTime } from "./by-time.ts";
import { binaryReplaced, supervisorStarted, reached, assigned, identified } from "./identity.ts";
import { factFailed } from "./fact-failed.ts";
import { begun } from "./step-begun.ts";
import { noteHistory } from "./note-history.ts";
import { stepFailed } from "./step-failed.ts";

/** The only function that changes the state. Every event is legal in every state; no change gives the same object. */
export function reduce(state: State, event: Event, core: CoreSettings): State {
  const judged = byTime(change(state, event, core), event.at, core);
  const gone = noteGap(state, advance(state, judged, event.at, core), event.at);
  return noteHistory(state, gone, event.at);
}

function change(state: State, event: Event, core: CoreSettings): State {
  if (isOfPackages(event)) return packagesChanged(state, event, core);
  if (isOfFleet(event)) return fleetChanged(state, event, core);
  if (isOfMessages(event)) return messagesChanged(state, event);
  switch (event.on) {
    case "supervisor-started":
      return supervisorStarted(state, event.at, core);
    case "clock-set":
      return withClock(state, clockSet(state.clock, event.at, event.aheadMs));
    case "config-offered":
      return offeredWhereKept(state, event.remote, event.at, core);
    case "restart-commanded":
      return restartCommanded(state, event.at, core);
    case "settings-read":
      return settingsTaken(endpointWritten(state, event.endpoint), event, core);
    case "retry-asked":
      return settingsRetried(retried(packagesRetried(state), event.at, core), event.at, core);
    case "binary-replaced":
      return binaryReplaced(state);
    case "server-reached":
      return reached(serverReached(state, event.at, event.endpoint), event.at, core);
    case "server-lost":
    case "server-proved":
    case "server-refuted":
      return serverChanged(state, event, core);
    case "settings-offered":
      return settingsOffered(state, event.offer, event.at, core);
    case "server-capable":
    case "server-complained":
    case "certificate-request-made":
      return requestChanged(state, event, core);
    case "identity-assigned":
      return assigned(state, event, core);
    case "agent-identified":
      return identified(state, event.facts, event.at, core);
    case "config-validated":
      return validated(state, event.number, event.tookMs);
    case "config-refused":
      return refused(state, event, core);
    case "config-written":
      return written(state, event.number, event.at, core);
    case "step-begun":
      return begun(state, event.step, event.at, core);
    case "step-failed":
      return stepFailed(state, event, core);
    case "agent-started":
      return logFound(started(state, event, core), event.noLog);
    case "agent-adopted":
      return adopted(state, event, core);
    case "agent-missing":
      return missing(state, event);
    case "agent-probed":
      return agentProbed(state, event, core);
    case "config-restored":
      return configRestored(state, event.at, core);
    case "metrics-read":
      return metricsAnswered(state, event.run, event.outcome, event.at, core);
    case "log-looked-at":
      return lookedAtLog(state, event.look, event.at, core);
    case "agent-exited":
      return ended(state, event, core);
    case "extension-connected":
    case "extension-lost":
    case "extension-reported":
    case "server-declared":
      return extensionChanged(state, event, core);
    case "storage-failed":
    case "storage-works":
      return settingsAfterStorage(state, storageChanged(state, event, core), event.at, core);
    case "stop-asked":
      return stopAsked(state, event.at, core);
    case "fact-failed":
      return factFailed(state, event);
    case "stalled":
      return stalled(state, event.at);
    case "ticked":
      return state;
  }
}
