import { binaryWarning } from "../../../agent-config/binary-warning.ts";
import type { Event } from "../state/event.ts";
import type { State } from "../state/state.ts";
import { setByMs } from "../state/wall-clock.ts";
import type { Found, Transition } from "./transition.ts";
import { agentTransitions } from "./transitions-of-agent.ts";
import { configTransitions } from "./transitions-of-config.ts";
import { packageTransitions } from "./transitions-of-packages.ts";
import { connectionsTransitions } from "./transitions-of-connections.ts";

/** What has happened between two states, causes before what follows from them; nothing for the many small changes. */
export function transitionsOf(before: State, after: State, event: Event): readonly Transition[] {
  const found: readonly Found[] = [
    before.desired.run === after.desired.run ? undefined : { is: "supervisor-stopping" },
    clockSet(before, after, event),
    work(before, event),
    identity(before, after, event),
    ...configTransitions(before, after, event),
    ...agentTransitions(before, after, event),
    dataFlow(before, after),
    unwatched(before, after, event),
    agentLog(before, after, event),
    logMissing(before, after),
    storage(before, after),
    ...packageTransitions(before, after, event),
    ...connectionsTransitions(before, after, event),
  ];
  return found.filter((one) => one !== undefined);
}

function clockSet({ clock: was }: State, { clock: now }: State, event: Event): Found {
  if (event.on !== "clock-set" || was === now) return undefined;
  return { is: "clock-set", byMs: Math.round(setByMs(was, event.aheadMs)) };
}

function work(before: State, event: Event): Found {
  if (event.on === "step-begun") return { is: "step-begun", step: event.step.do };
  if (event.on !== "step-failed") return undefined;
  const { step, why: reason } = event;
  if (step.do === "identify-agent") {
    const again = before.identity.problem === reason;
    return { is: again ? "agent-still-not-identified" : "agent-not-identified", reason };
  }
  // A log that cannot be set aside is one transition, however often that is tried; so is an agent that cannot be asked.
  if (step.do === "look-at-log") return undefined;
  if (step.do === "probe-agent" && before.agent.unseenUntil !== 0) return undefined;
  return { is: "step-failed", step: step.do, reason };
}

function identity({ identity: was }: State, { identity: { uid } }: State, event: Event): Found {
  if (event.on !== "agent-identified") {
    return was.uid === uid ? undefined : { is: "uid-assigned", uid };
  }
  const { name, version } = event.facts;
  const warning = binaryWarning(event.facts);
  return warning === undefined
    ? { is: "agent-identified", name, version }
    : { is: "odd-agent-identified", name, version, warning };
}

function dataFlow({ dataFlow: was }: State, { dataFlow: now }: State): Found {
  const why = now?.degraded?.why;
  if (was?.degraded?.why === why) return undefined;
  return why === undefined ? { is: "data-flow-restored" } : { is: "data-flow-degraded", why };
}

function unwatched(before: State, after: State, event: Event): Found {
  const { target } = after.config;
  if (after.dataFlow === undefined) return undefined;
  const news = before.config.target !== target || event.on === "supervisor-started";
  if (news && target?.config.runs === true && target.config.metrics === undefined) {
    const why = "the configuration has no Prometheus reader for the collector's own metrics";
    return { is: "data-flow-unwatched", why };
  }
  const { problem } = after.dataFlow;
  if (problem === undefined || before.dataFlow?.problem !== undefined) return undefined;
  return { is: "data-flow-unwatched", why: problem };
}

function storage({ storage: was }: State, { storage: now }: State): Found {
  const reason = now.problem;
  if (reason === was.problem) return undefined;
  return reason === undefined ? { is: "storage-works" } : { is: "storage-failed", reason };
}

function logMissing({ log: was }: State, { log: now }: State): Found {
  const reason = now?.missing;
  if (reason === was?.missing) return undefined;
  return reason === undefined ? { is: "log-back" } : { is: "log-missing", reason };
}

function agentLog({ log: was }: State, { log: now }: State, event: Event): Found {
  const reason = now?.problem;
  if (reason !== undefined && was?.problem === undefined) return { is: "log-too-large", reason };
  if (event.on !== "log-looked-at") return undefined;
  if (event.look.is === "small" || event.look.is === "gone") return undefined;
  const { keptBytes, skippedBytes, lostBytes } = event.look;
  if (skippedBytes + lostBytes === 0) return { is: "log-set-aside", keptBytes };
  return { is: "log-cut", keptBytes, skippedBytes, lostBytes };
}
