import { adopted } from "./agent/adoption.ts";
import { missing, left, awaitBegun, changeFailed, attachedByTime } from "./agent/attached.ts";
import {
  extensionConnected,
  extensionLost,
  extensionReported,
  serverDeclared,
  serverMessaged,
  messageSettled,
  withoutLink,
  withoutHealth,
  answerBegun,
  sendingBegun,
} from "./agent/extension.ts";
import { noteGap } from "./agent/gap.ts";
import { lookedAtLog, logOpened, lookBegun, lookFailed } from "./agent/log-size.ts";
import {
  started,
  probed,
  ended,
  startBegun,
  signalBegun,
  probeBegun,
  agentByTime,
} from "./agent/process.ts";
import { reloadBegun } from "./agent/reload.ts";
import { restartCommanded, restartWhenDue } from "./agent/restart.ts";
import { offered, validated, refused, written, proposeAgain, postponed } from "./config/propose.ts";
import { retried } from "./config/retry.ts";
import { settingsRead } from "./config/settings-read.ts";
import { trialByTime, probationByTime } from "./config/trial.ts";
import {
  serverCapable,
  requestFailed,
  requestMade,
  renamed,
  requestBegun,
  requestSent,
} from "./connections/certificate-renewal.ts";
import {
  advanceOffers,
  endpointWritten,
  settingsRetried,
  settingsOffered,
  settingsResumed,
} from "./connections/offer.ts";
import {
  serverReached,
  serverLost,
  serverProved,
  serverRefuted,
  provingBegun,
  serverUsed,
} from "./connections/server-switch.ts";
import { metricsAnswered, watchChange, readingBegun, flowByTime } from "./data-flow/watch.ts";
import type { CoreSettings } from "./state/core-settings.ts";
import type { Event } from "./state/event.ts";
import { withAgent, withConfig, type State } from "./state/state.ts";
import type { Step } from "./state/step.ts";
import type { Instant } from "./state/time.ts";

/** The only function that changes the state. Every event is legal in every state; no change gives the same object. */
export function reduce(state: State, event: Event, core: CoreSettings): State {
  const judged = byTime(change(state, event, core), event.at, core);
  return noteGap(state, advanceOffers(judged, event.at, core), event.at);
}

function change(state: State, event: Event, core: CoreSettings): State {
  switch (event.on) {
    case "supervisor-started":
      return supervisorStarted(withAgent(state, { begun: true }), event.at, core);
    case "config-offered":
      return offered(state, event.remote, event.at, core);
    case "restart-commanded":
      return restartCommanded(state, event.at, core);
    case "settings-read":
      return settingsRead(endpointWritten(state, event.endpoint), event, core);
    case "retry-asked":
      return settingsRetried(retried(state, event.at, core), event.at, core);
    case "server-reached":
      return reached(serverReached(state), event.at, core);
    case "server-lost":
      return serverLost(state, event.why, event.at);
    case "server-capable":
      return serverCapable(state, event.bits);
    case "server-complained":
      return requestFailed(state, event.at, core.certificate);
    case "settings-offered":
      return settingsOffered(state, event.offer, event.at, core);
    case "server-proved":
      return serverProved(state, event.settings, event.at, core);
    case "server-refuted":
      return serverRefuted(state, event.settings, event.why);
    case "certificate-request-made":
      return requestMade(state, event);
    case "identity-assigned":
      return assigned(state, event.uid, event.at, core);
    case "agent-identified":
      return identified(state, event.facts, event.at, core);
    case "config-validated":
      return validated(state, event.number, event.tookMs);
    case "config-refused":
      return refused(state, event.number, event.why, event.at, core);
    case "config-written":
      return written(state, event.number, core);
    case "step-begun":
      return begun(state, event.step, event.at, core);
    case "step-failed":
      return stepFailed(state, event, core);
    case "agent-started":
      return started(state, event, core);
    case "agent-adopted":
      return adopted(state, event, core);
    case "agent-missing":
      return missing(state, event);
    case "agent-probed":
      return probed(state, event, core);
    case "metrics-read":
      return metricsAnswered(state, event.run, event.outcome, event.at, core);
    case "log-looked-at":
      return lookedAtLog(state, event.at, core);
    case "agent-exited":
      return ended(state, event, core);
    case "extension-connected":
      return extensionConnected(state, event.run);
    case "extension-lost":
      return extensionLost(state, event.run);
    case "extension-reported":
      return extensionReported(state, event.run, event.said);
    case "server-declared":
      return serverDeclared(state, event.capabilities);
    case "server-messaged":
      return serverMessaged(state, event.message);
    case "message-settled":
      return messageSettled(state);
    case "stop-asked":
      if (state.desired.run === "down") return state;
      if (core.kind.outlivesUs) return left(state, event.at, core);
      return { ...state, desired: { ...state.desired, run: "down" } };
    case "ticked":
      return state;
  }
}

function supervisorStarted(state: State, at: Instant, core: CoreSettings): State {
  const resumed = settingsResumed(state, at, core);
  return state.identity.binary === undefined ? resumed : proposeAgain(resumed, at, core);
}

function reached(state: State, at: Instant, core: CoreSettings): State {
  return state.config.fallback
    ? proposeAgain(withConfig(state, { fallback: false }), at, core)
    : state;
}

function assigned(state: State, uid: string, at: Instant, core: CoreSettings): State {
  if (uid === state.identity.uid) return state;
  const other = renamed({ ...state, identity: { ...state.identity, uid } }, core.certificate);
  return proposeAgain(other, at, core);
}

function identified(
  state: State,
  binary: NonNullable<State["identity"]["binary"]>,
  at: Instant,
  core: CoreSettings,
): State {
  const identity = { ...state.identity, binary, asking: false, problem: undefined };
  return proposeAgain({ ...state, identity }, at, core);
}

/** What is in flight is part of the state, so that the plan does not ask for it twice. */
function begun(state: State, step: Step, at: Instant, core: CoreSettings): State {
  switch (step.do) {
    case "identify-agent":
      return { ...state, identity: { ...state.identity, asking: true } };
    case "validate-config":
      return state.config.candidate?.number === step.generation.number
        ? withConfig(state, { candidate: { ...state.config.candidate, at: "validating" } })
        : state;
    case "write-config":
      return withConfig(state, { writing: step.generation.number, untouched: false });
    case "start-agent": {
      if (!core.kind.mayStart) return awaitBegun(state, step, at);
      const opened = logOpened(state, at, core);
      const watched = watchChange(opened, step.generation, at, core);
      return withoutLink(startBegun(watched, step, at, core));
    }
    case "reload-agent":
      return withoutHealth(
        reloadBegun(watchChange(state, step.generation, at, core), step, at, core),
      );
    case "signal-agent":
      return signalBegun(watchChange(state, state.config.target, at, core), step, at);
    case "probe-agent":
      return probeBegun(state, step);
    case "read-metrics":
      return readingBegun(state);
    case "look-at-log":
      return lookBegun(state);
    case "answer-extension":
      return answerBegun(state, step.run);
    case "send-to-server":
      return sendingBegun(state);
    case "prove-server":
      return provingBegun(state);
    case "use-server":
      return serverUsed(state, step.settings);
    case "make-certificate-request":
      return requestBegun(state, step.commonName);
    case "send-certificate-request":
      return requestSent(state);
  }
}

/** An edge could not do its step. It never tries again by itself: what happens next is decided here. */
function stepFailed(
  state: State,
  { step, why, at }: Extract<Event, { on: "step-failed" }>,
  core: CoreSettings,
): State {
  const notBefore = at + core.retryMs;
  switch (step.do) {
    case "identify-agent":
      return { ...state, identity: { ...state.identity, asking: false, problem: why, notBefore } };
    case "validate-config": {
      const later: State = withConfig(state, { notBefore: notBefore });
      return postponed(later, step.generation.number, "new", why, at, core);
    }
    case "write-config": {
      const later: State = withConfig(state, { writing: undefined, notBefore: notBefore });
      return postponed(later, step.generation.number, "valid", why, at, core);
    }
    case "look-at-log":
      return lookFailed(state, why, at, core);
    case "reload-agent":
    case "signal-agent":
      return changeFailed(state, why, at, core);
    case "start-agent":
    case "probe-agent":
    case "read-metrics":
    case "answer-extension":
      // Their outcome is always an exit or an answer, or nobody waits for one.
      return state;
    case "send-to-server":
      return messageSettled(state);
    case "make-certificate-request":
      return requestFailed(state, at, core.certificate);
    case "prove-server":
      return serverRefuted(state, step.settings, why);
    case "use-server":
    case "send-certificate-request":
      return state;
  }
}

/** What the mere passing of time decides, looked at after every event. The same state when it decides nothing. */
export function byTime(state: State, at: Instant, core: CoreSettings): State {
  const commanded = restartWhenDue(state, at, core);
  const attached = attachedByTime(agentByTime(commanded, at, core), at, core);
  const tried = trialByTime(attached, at, core);
  return flowByTime(probationByTime(tried, at, core), at);
}
