import { attachedChange } from "./attached-change.ts";
import { certificateDueAt, certificateStep } from "./certificate-request.ts";
import { extensionStep } from "./extension.ts";
import { offerDeadlines, offerStep } from "./offer-steps.ts";
import { nextReadingAt } from "./flow-watch.ts";
import { nextLookAt } from "./log-watch.ts";
import type { AgentState } from "./agent-state.ts";
import type { Policy } from "./policy.ts";
import type { Generation, Instant, State } from "./state.ts";
import type { Step } from "./step.ts";
import type { Trial } from "./trials.ts";

/** The one next step, if any, and the moment to look again. */
export interface Plan {
  readonly step: Step | undefined;
  readonly wakeAt: Instant;
}

/** Compares what is wanted with what is. The same state and time give the same plan. */
export function plan(state: State, now: Instant, policy: Policy): Plan {
  const step =
    agentStep(state, now, policy) ??
    lookStep(state, now) ??
    configStep(state, now, policy) ??
    extensionStep(state) ??
    offerStep(state) ??
    certificateStep(state, now, policy.certificate);
  return { step, wakeAt: step === undefined ? wakeAt(state, now, policy) : now };
}

function agentStep(state: State, now: Instant, policy: Policy): Step | undefined {
  const { agent } = state;
  // What somebody else runs goes on without us.
  if (state.desired.run === "down" && policy.attached !== undefined) return undefined;
  switch (agent.at) {
    case "down":
      return startStep(state, now);
    case "awaited":
      return undefined;
    case "starting":
    case "up":
      return (
        (mayStay(state, agent) ? undefined : changeStep(state, agent, now, policy)) ??
        probeOf(agent.generation, agent, now) ??
        readStep(state, agent, now)
      );
    case "reloading":
      return reloadStep(state, agent, now, policy);
    case "stopping":
      if (agent.killed || now < agent.since + policy.drainMs) return undefined;
      return { do: "signal-agent", run: agent.run, signal: "SIGKILL" };
  }
}

/** What the agent would be started with now; undefined while nothing is to run or its file is not in place. */
function runnable({ desired, target, onDisk }: State): Generation | undefined {
  if (desired.run === "down" || target?.config.runs !== true) return undefined;
  return onDisk === target.number ? target : undefined;
}

function startStep(state: State, now: Instant): Step | undefined {
  const generation = runnable(state);
  if (generation === undefined || !state.begun || now < state.crashes.notBefore) return undefined;
  return { do: "start-agent", run: state.nextRun, generation };
}

/** A running agent is only stopped when what shall replace it is ready on disk. */
function mayStay(state: State, agent: Extract<AgentState, { at: "starting" | "up" }>): boolean {
  const { desired, target, onDisk } = state;
  if (desired.run === "down") return false;
  if (target === undefined || onDisk !== target.number) return true;
  return (
    target.config.runs &&
    target.number === agent.generation.number &&
    agent.restarts === desired.restarts &&
    (agent.doubt === undefined || agent.doubt.why !== undefined)
  );
}

/** The mildest way to another generation that can be proved to have worked. */
function changeStep(
  { desired, target }: State,
  agent: Extract<AgentState, { at: "starting" | "up" }>,
  now: Instant,
  { reload, attached }: Policy,
): Step | undefined {
  const { run } = agent;
  if (attached !== undefined) {
    const ways = { reload, mayEnd: attached.mayEnd };
    const way = attachedChange(desired.restarts, target, agent, ways, now);
    if (way === "reload" && target !== undefined) {
      return { do: "reload-agent", run, generation: target };
    }
    return way === "restart" ? { do: "signal-agent", run, signal: "SIGTERM" } : undefined;
  }
  const reloads =
    reload === "auto" &&
    desired.run === "up" &&
    agent.restarts === desired.restarts &&
    agent.at === "up" &&
    agent.healthySince !== undefined &&
    agent.upSince !== undefined &&
    // A reload ends a collector whose last own metrics or logs cannot be sent.
    !agent.generation.config.flushes;
  return reloads && target?.config.runs === true && target.config.probe !== undefined
    ? { do: "reload-agent", run, generation: target }
    : { do: "signal-agent", run, signal: "SIGTERM" };
}

/** A reload that is overtaken, unwanted or not proved in time is followed by a restart. */
function reloadStep(
  { desired, target, trial }: State,
  agent: Extract<AgentState, { at: "reloading" }>,
  now: Instant,
  policy: Policy,
): Step | undefined {
  // Nobody's process is ended because of a newer wish: that comes after the proof of this one.
  const late = now >= reloadDeadline(agent, trial, policy);
  const { attached } = policy;
  if (attached !== undefined && !(attached.mayEnd && late)) return probeOf(agent.to, agent, now);
  const wanted =
    desired.run === "up" &&
    target?.number === agent.to.number &&
    agent.restarts === desired.restarts &&
    !late;
  if (!wanted) return { do: "signal-agent", run: agent.run, signal: "SIGTERM" };
  return probeOf(agent.to, agent, now);
}

function readStep(
  state: State,
  agent: Extract<AgentState, { at: "starting" | "up" }>,
  now: Instant,
): Step | undefined {
  const url = agent.generation.config.metrics;
  if (agent.at === "starting" || url === undefined) return undefined;
  const dueAt = nextReadingAt(state, agent);
  return dueAt === undefined || now < dueAt
    ? undefined
    : { do: "read-metrics", run: agent.run, url };
}

/** A signal that has its effect may take as long as a start; one without any is given up sooner. */
function reloadDeadline(
  { since, underWay }: Extract<AgentState, { at: "reloading" }>,
  trial: Trial | undefined,
  { reloadTimeoutMs }: Policy,
): Instant {
  return since + (underWay ? (trial?.startTimeoutMs ?? 4 * reloadTimeoutMs) : reloadTimeoutMs);
}

function lookStep(state: State, now: Instant): Step | undefined {
  const dueAt = nextLookAt(state);
  return dueAt === undefined || now < dueAt ? undefined : { do: "look-at-log" };
}

function probeOf(
  { config }: Generation,
  { run, probe }: Extract<AgentState, { probe: unknown }>,
  now: Instant,
): Step | undefined {
  const target = config.probe;
  if (target === undefined || probe.asked || now < probe.dueAt) return undefined;
  return { do: "probe-agent", run, target };
}

function configStep(state: State, now: Instant, policy: Policy): Step | undefined {
  const { identity, candidate, target, writing } = state;
  if (state.desired.run === "down") return lastWrite(state, now, policy);
  if (identity.binary === undefined && !identity.asking && now >= identity.notBefore) {
    return { do: "identify-agent" };
  }
  if (now < state.configNotBefore) return undefined;
  if (candidate?.at === "new") {
    return { do: "validate-config", generation: generationOf(candidate) };
  }
  if (writing !== undefined) return undefined;
  if (candidate?.at === "valid") {
    if (provesItself(state, now, policy)) return undefined;
    return { do: "write-config", generation: generationOf(candidate) };
  }
  if (target === undefined || state.onDisk === target.number) return undefined;
  return { do: "write-config", generation: target };
}

/** An agent that outlives us must find a good configuration when it is started again. */
function lastWrite(
  { target, onDisk, writing, configNotBefore }: State,
  now: Instant,
  { attached }: Policy,
): Step | undefined {
  if (attached === undefined || writing !== undefined || now < configNotBefore) return undefined;
  if (target === undefined || onDisk === target.number) return undefined;
  return { do: "write-config", generation: target };
}

/**
 * True while the very first configuration is about to become good: an offer that comes in these moments waits, so
 * that there is something to go back to. One that does not get up is replaced at once: the offer may be its cure.
 */
function provesItself({ good, trial, agent }: State, now: Instant, policy: Policy): boolean {
  if (good !== undefined || trial === undefined) return false;
  if (agent.at === "up") return agent.healthySince !== undefined;
  return agent.at === "starting" && now - agent.startedAt < policy.quietStartMs;
}

function generationOf(candidate: Generation): Generation {
  const { number, config, remote, connections, sources, silences } = candidate;
  return { number, config, remote, connections, sources, silences };
}

/**
 * The earliest moment at which time alone changes the plan or the judgement. Moments up to `now` have been judged
 * with the event that brought us here.
 */
function wakeAt(state: State, now: Instant, policy: Policy): Instant {
  const moments = [
    ...configDeadlines(state),
    ...(state.desired.run === "down" && policy.attached !== undefined
      ? []
      : agentDeadlines(state, policy)),
    ...readingDeadlines(state),
    nextLookAt(state) ?? Infinity,
    ...trialDeadlines(state, policy),
    ...(state.desired.restartDueAt === undefined ? [] : [state.desired.restartDueAt]),
    ...(state.probation === undefined ? [] : [state.probation.until]),
    ...offerDeadlines(state, policy),
    certificateDueAt(state, policy.certificate),
  ];
  return Math.min(...moments.filter((moment) => moment > now), Infinity);
}

function configDeadlines({ desired, identity, configNotBefore }: State): readonly Instant[] {
  return desired.run === "down" ? [] : [identity.notBefore, configNotBefore];
}

function agentDeadlines({ agent, crashes, trial }: State, policy: Policy): readonly Instant[] {
  switch (agent.at) {
    case "down":
      return [crashes.notBefore];
    case "stopping":
      return [agent.since + policy.drainMs];
    case "awaited":
      return [agent.since + policy.quietStartMs];
    case "starting":
      return [
        agent.probe.dueAt,
        agent.startedAt + policy.quietStartMs,
        agent.startedAt + policy.aliveMs,
      ];
    case "up":
      return [
        agent.probe.dueAt,
        ...(agent.illSince === undefined ? [] : [agent.illSince + policy.illMs]),
        ...(agent.doubt === undefined ? [] : [agent.doubt.notBefore]),
      ];
    case "reloading":
      return [agent.probe.dueAt, reloadDeadline(agent, trial, policy)];
  }
}

function readingDeadlines(state: State): readonly Instant[] {
  const { agent } = state;
  const dueAt = agent.at === "up" ? nextReadingAt(state, agent) : undefined;
  return dueAt === undefined ? [] : [dueAt];
}

function trialDeadlines({ trial, agent }: State, policy: Policy): readonly Instant[] {
  const started = trial?.startedAt;
  const healthySince = agent.at === "up" ? agent.healthySince : undefined;
  return [
    ...(healthySince === undefined ? [] : [healthySince + policy.settleMs]),
    ...(started === undefined || trial === undefined
      ? []
      : [started + trial.startTimeoutMs, started + policy.applyTimeoutMs]),
  ];
}
