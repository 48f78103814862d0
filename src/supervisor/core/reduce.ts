import { adopted } from "./adoption.ts";
import type { Event } from "./event.ts";
import {
  answerBegun,
  extensionConnected,
  extensionLost,
  extensionReported,
  messageSettled,
  sendingBegun,
  serverDeclared,
  serverMessaged,
  withoutHealth,
  withoutLink,
} from "./extension.ts";
import { metricsAnswered, readingBegun, watchChange } from "./flow-watch.ts";
import {
  renamed,
  requestBegun,
  requestFailed,
  requestMade,
  requestSent,
  serverCapable,
} from "./certificate-request.ts";
import { judge } from "./judge.ts";
import { logOpened, lookBegun, lookedAtLog, lookFailed } from "./log-watch.ts";
import { awaitBegun, changeFailed, found, left, missing } from "./reduce-attached.ts";
import { exited, probeBegun, probed, signalBegun, startBegun } from "./reduce-agent.ts";
import { offered, postponed, proposeAgain, refused, validated, written } from "./reduce-config.ts";
import {
  advanceOffers,
  endpointWritten,
  settingsOffered,
  settingsResumed,
  settingsRetried,
} from "./reduce-offers.ts";
import {
  provingBegun,
  serverLost,
  serverProved,
  serverReached,
  serverRefuted,
  serverUsed,
} from "./reduce-server.ts";
import { reloadBegun } from "./reduce-reload.ts";
import { restartCommanded } from "./reduce-restart.ts";
import { settingsRead } from "./reduce-settings.ts";
import { retried } from "./retry.ts";
import { noteSilence } from "./silence.ts";
import type { Policy } from "./policy.ts";
import type { Instant, State } from "./state.ts";
import type { Step } from "./step.ts";

/** The only function that changes the state. Every event is legal in every state; no change gives the same object. */
export function reduce(state: State, event: Event, policy: Policy): State {
  const judged = judge(change(state, event, policy), event.at, policy);
  return noteSilence(state, advanceOffers(judged, event.at, policy), event.at);
}

function change(state: State, event: Event, policy: Policy): State {
  switch (event.on) {
    case "supervisor-started":
      return supervisorStarted({ ...state, begun: true }, event.at, policy);
    case "config-offered":
      return offered(state, event.remote, event.at, policy);
    case "restart-commanded":
      return restartCommanded(state, event.at, policy);
    case "settings-read":
      return settingsRead(endpointWritten(state, event.endpoint), event, policy);
    case "retry-asked":
      return settingsRetried(retried(state, event.at, policy), event.at, policy);
    case "server-reached":
      return reached(serverReached(state), event.at, policy);
    case "server-lost":
      return serverLost(state, event.why, event.at);
    case "server-capable":
      return serverCapable(state, event.bits);
    case "server-complained":
      return requestFailed(state, event.at, policy.certificate);
    case "settings-offered":
      return settingsOffered(state, event.offer, event.at, policy);
    case "server-proved":
      return serverProved(state, event.settings, event.at, policy);
    case "server-refuted":
      return serverRefuted(state, event.settings, event.why);
    case "certificate-request-made":
      return requestMade(state, event);
    case "identity-assigned":
      return assigned(state, event.uid, event.at, policy);
    case "agent-identified":
      return identified(state, event.facts, event.at, policy);
    case "config-validated":
      return validated(state, event.number, event.tookMs);
    case "config-refused":
      return refused(state, event.number, event.why, event.at, policy);
    case "config-written":
      return written(state, event.number, policy);
    case "step-begun":
      return begun(state, event.step, event.at, policy);
    case "step-failed":
      return stepFailed(state, event, policy);
    case "agent-started":
      return started(state, event, policy);
    case "agent-adopted":
      return adopted(state, event, policy);
    case "agent-missing":
      return missing(state, event);
    case "agent-probed":
      return probed(state, event, policy);
    case "metrics-read":
      return metricsAnswered(state, event.run, event.outcome, event.at, policy);
    case "log-looked-at":
      return lookedAtLog(state, event.at, policy);
    case "agent-exited":
      return ended(state, event, policy);
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
      if (policy.attached !== undefined) return left(state, event.at, policy);
      return { ...state, desired: { ...state.desired, run: "down" } };
    case "ticked":
      return state;
  }
}

function supervisorStarted(state: State, at: Instant, policy: Policy): State {
  const resumed = settingsResumed(state, at, policy);
  return state.identity.binary === undefined ? resumed : proposeAgain(resumed, at, policy);
}

function reached(state: State, at: Instant, policy: Policy): State {
  return state.fallback ? proposeAgain({ ...state, fallback: false }, at, policy) : state;
}

function assigned(state: State, uid: string, at: Instant, policy: Policy): State {
  if (uid === state.identity.uid) return state;
  const other = renamed({ ...state, identity: { ...state.identity, uid } }, policy.certificate);
  return proposeAgain(other, at, policy);
}

function identified(
  state: State,
  binary: NonNullable<State["identity"]["binary"]>,
  at: Instant,
  policy: Policy,
): State {
  const identity = { ...state.identity, binary, asking: false, problem: undefined };
  return proposeAgain({ ...state, identity }, at, policy);
}

function started(
  state: State,
  event: Extract<Event, { on: "agent-started" }>,
  policy: Policy,
): State {
  const { agent } = state;
  if (agent.at === "down" || agent.run !== event.run) return state;
  if (agent.at === "awaited") return found(state, agent, event, policy);
  return { ...state, agent: { ...agent, pid: event.pid } };
}

/** What the extension of a run said last does not outlive the run. */
function ended(state: State, event: Extract<Event, { on: "agent-exited" }>, policy: Policy): State {
  const after = exited(state, event, policy);
  return after.agent.at === "down" ? withoutLink(after) : after;
}

/** What is in flight is part of the state, so that the plan does not ask for it twice. */
function begun(state: State, step: Step, at: Instant, policy: Policy): State {
  switch (step.do) {
    case "identify-agent":
      return { ...state, identity: { ...state.identity, asking: true } };
    case "validate-config":
      return state.candidate?.number === step.generation.number
        ? { ...state, candidate: { ...state.candidate, at: "validating" } }
        : state;
    case "write-config":
      return { ...state, writing: step.generation.number, untouched: false };
    case "start-agent": {
      if (policy.attached !== undefined) return awaitBegun(state, step, at);
      const opened = logOpened(state, at, policy);
      const watched = watchChange(opened, step.generation, at, policy);
      return withoutLink(startBegun(watched, step, at, policy));
    }
    case "reload-agent":
      return withoutHealth(
        reloadBegun(watchChange(state, step.generation, at, policy), step, at, policy),
      );
    case "signal-agent":
      return signalBegun(watchChange(state, state.target, at, policy), step, at);
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
  policy: Policy,
): State {
  const notBefore = at + policy.retryMs;
  switch (step.do) {
    case "identify-agent":
      return { ...state, identity: { ...state.identity, asking: false, problem: why, notBefore } };
    case "validate-config": {
      const later: State = { ...state, configNotBefore: notBefore };
      return postponed(later, step.generation.number, "new", why, at, policy);
    }
    case "write-config": {
      const later: State = { ...state, writing: undefined, configNotBefore: notBefore };
      return postponed(later, step.generation.number, "valid", why, at, policy);
    }
    case "look-at-log":
      return lookFailed(state, why, at, policy);
    case "reload-agent":
    case "signal-agent":
      return changeFailed(state, why, at, policy);
    case "start-agent":
    case "probe-agent":
    case "read-metrics":
    case "answer-extension":
      // Their outcome is always an exit or an answer, or nobody waits for one.
      return state;
    case "send-to-server":
      return messageSettled(state);
    case "make-certificate-request":
      return requestFailed(state, at, policy.certificate);
    case "prove-server":
      return serverRefuted(state, step.settings, why);
    case "use-server":
    case "send-certificate-request":
      return state;
  }
}
