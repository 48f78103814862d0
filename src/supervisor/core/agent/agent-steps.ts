import { nextReadingAt } from "../data-flow/watch.ts";
import { sameBinary } from "../config/binary.ts";
import { fleetDeadlines, fleetStep } from "../fleet/fleet-steps.ts";
import type { AgentState } from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Generation } from "../state/generation.ts";
import type { State } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { Instant, Run } from "../state/time.ts";
import type { Trial } from "../state/trials.ts";
import { nextLookAt } from "./log-size.ts";
import { partDeadline, receiversAlone, reloadsInPart, worksOn } from "./part-reload.ts";

/**
 * The way to bring another configuration to an agent that somebody else has started; undefined as long as none is
 * allowed. SIGHUP ends a collector that has never been healthy, so such a one is left alone while it may still come up.
 */
function attachedChange(
  restarts: number,
  target: Generation | undefined,
  agent: Extract<AgentState, { at: "starting" | "up" }>,
  { reload, mayEnd }: Pick<CoreSettings, "reload"> & { readonly mayEnd: boolean },
  now: Instant,
): "reload" | "restart" | undefined {
  if (agent.at === "starting")
    return mayEnd && agent.slow && !isDoubtAlone(target, agent) ? "restart" : undefined;
  if (agent.doubt !== undefined && now < agent.doubt.notBefore) return undefined;
  const same = agent.restarts === restarts;
  const probed = agent.generation.config.probe !== undefined;
  const provable = agent.upSince !== undefined && target?.config.probe !== undefined;
  if (same && reload === "auto" && probed && (provable || !mayEnd)) return "reload";
  return mayEnd ? "restart" : undefined;
}

/** True when only one thing is unknown: whether it runs the right generation. That shows as soon as it is healthy. */
function isDoubtAlone(
  target: Generation | undefined,
  { doubt, generation }: Extract<AgentState, { at: "starting" }>,
): boolean {
  return doubt !== undefined && generation.number === target?.number;
}

/** The next step that the process needs. */
export function agentStep(state: State, now: Instant, core: CoreSettings): Step | undefined {
  const agent = state.agent.process;
  // An agent that somebody else runs goes on without us.
  if (state.desired.run === "down" && core.kind.outlivesUs) return undefined;
  if (core.kind.fleet !== undefined && agent.at !== "down") return fleetStep(state, now);
  switch (agent.at) {
    case "down":
      return startStep(state, now, core);
    case "awaited":
      return undefined;
    case "starting":
    case "up":
      return (
        (mayStay(state, agent) ? undefined : changeStep(state, agent, now, core)) ??
        probeOf(agent.generation, agent, now) ??
        readStep(state, agent, now)
      );
    case "reloading":
      return reloadStep(state, agent, now, core);
    case "stopping":
      if (agent.killed || now < agent.since + core.drainMs) return undefined;
      return { do: "signal-agent", run: agent.run, signal: "SIGKILL" };
  }
}

/** What the agent would be started with now; undefined while nothing is to run or its file is not in place. */
function runnable({ desired, config: { target, onDisk } }: State): Generation | undefined {
  if (desired.run === "down" || target?.config.runs !== true) return undefined;
  return onDisk === target.number ? target : undefined;
}

function startStep(state: State, now: Instant, core: CoreSettings): Step | undefined {
  const generation = runnable(state);
  if (generation === undefined || !state.agent.begun || now < state.agent.crashes.notBefore)
    return undefined;
  const inPart = reloadsInPart(state, core) ? ({ inPart: true } as const) : {};
  return { do: "start-agent", run: state.agent.nextRun, generation, ...inPart };
}

/** A running agent is only stopped when what shall replace it is ready on disk. */
function mayStay(state: State, agent: Extract<AgentState, { at: "starting" | "up" }>): boolean {
  const { desired } = state;
  const { target, onDisk } = state.config;
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
  state: State,
  agent: Extract<AgentState, { at: "starting" | "up" }>,
  now: Instant,
  core: CoreSettings,
): Step | undefined {
  const {
    desired,
    config: { target },
  } = state;
  const { reload, kind } = core;
  const { run } = agent;
  if (!kind.mayStart) {
    const ways = { reload, mayEnd: kind.mayEnd };
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
    sameBinary(target?.binary, agent.generation.binary) &&
    // A reload ends a collector whose last own metrics or logs cannot be sent.
    !agent.generation.config.flushes;
  return reloads && target?.config.runs === true && target.config.probe !== undefined
    ? reloadOf(state, run, target, core)
    : { do: "signal-agent", run, signal: "SIGTERM" };
}

/** The receivers alone, where that is all that changes and it can be proved; else the whole agent. */
function reloadOf(state: State, run: Run, target: Generation, core: CoreSettings): Step {
  const part = reloadsInPart(state, core) ? receiversAlone(state, target) : undefined;
  return part === undefined
    ? wholeReload(state, run, target, core)
    : { do: "reload-agent", run, generation: target, part };
}

function wholeReload(state: State, run: Run, generation: Generation, core: CoreSettings): Step {
  const whole = reloadsInPart(state, core) ? ({ whole: true } as const) : {};
  return { do: "reload-agent", run, generation, ...whole };
}

/**
 * A reload that is overtaken, unwanted or not proved in time is followed by a restart; one of receivers alone, which is
 * at work all the while, by a reload of the whole agent.
 */
function reloadStep(
  state: State,
  agent: Extract<AgentState, { at: "reloading" }>,
  now: Instant,
  core: CoreSettings,
): Step | undefined {
  const {
    desired,
    config: { target, trial, onDisk },
    agent: { unseenUntil },
  } = state;
  // A process that somebody else started is not ended because of a newer wish: that wish comes after the proof of this
  // one.
  const late = now >= Math.max(reloadDeadline(agent, trial, core), unseenUntil);
  const { mayStart, mayEnd } = core.kind;
  if (!mayStart && !(mayEnd && late)) return probeOf(agent.to, agent, now);
  const stays = desired.run === "up" && agent.restarts === desired.restarts && !late;
  if (stays && worksOn(agent) && target !== undefined) {
    const overtaken = target.number !== agent.to.number;
    if (overtaken && onDisk !== target.number) return probeOf(agent.to, agent, now);
    const reloads = target.config.runs && target.config.probe !== undefined;
    if (reloads && (overtaken || now >= Math.max(partDeadline(agent, core), unseenUntil))) {
      return wholeReload(state, agent.run, target, core);
    }
  }
  const wanted = stays && target?.number === agent.to.number;
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
    : { do: "read-metrics", run: agent.run, url, pid: agent.pid };
}

/**
 * When a reload counts as failed: a signal that shows an effect may take as long as a start, one without any is given
 * up sooner, and one that can never be proved at once.
 */
function reloadDeadline(
  { since, underWay, unprovable }: Extract<AgentState, { at: "reloading" }>,
  trial: Trial | undefined,
  { reloadTimeoutMs }: CoreSettings,
): Instant {
  if (unprovable) return since;
  return since + (underWay ? (trial?.startTimeoutMs ?? 4 * reloadTimeoutMs) : reloadTimeoutMs);
}

/** A look at the size of the agent's log, when one is due. */
export function lookStep(state: State, now: Instant): Step | undefined {
  const dueAt = nextLookAt(state);
  return dueAt === undefined || now < dueAt ? undefined : { do: "look-at-log" };
}

function probeOf(
  { config }: Generation,
  { run, pid, probe }: Extract<AgentState, { probe: unknown }>,
  now: Instant,
): Step | undefined {
  const target = config.probe;
  if (target === undefined || probe.asked || now < probe.dueAt) return undefined;
  return { do: "probe-agent", run, target, pid };
}

/** The moments at which time alone decides about the process. */
export function agentDeadlines(state: State, core: CoreSettings): readonly Instant[] {
  const { process: agent, crashes } = state.agent;
  const { trial } = state.config;
  if (core.kind.fleet !== undefined && agent.at !== "awaited") return fleetDeadlines(state, core);
  switch (agent.at) {
    case "down":
      return [crashes.notBefore];
    case "stopping":
      return [agent.since + core.drainMs];
    case "awaited":
      return [agent.since + core.quietStartMs];
    case "starting":
      return [
        agent.probe.dueAt,
        agent.startedAt + core.quietStartMs,
        agent.startedAt + core.aliveMs,
      ];
    case "up":
      return [
        agent.probe.dueAt,
        ...(agent.illSince === undefined ? [] : [agent.illSince + core.illMs]),
        ...(agent.doubt === undefined ? [] : [agent.doubt.notBefore]),
      ];
    case "reloading":
      return [agent.probe.dueAt, reloadDeadline(agent, trial, core), partDeadline(agent, core)];
  }
}

/** When the agent's own metrics are to be read next. */
export function readingDeadlines(state: State): readonly Instant[] {
  const agent = state.agent.process;
  const dueAt = agent.at === "up" ? nextReadingAt(state, agent) : undefined;
  return dueAt === undefined ? [] : [dueAt];
}
