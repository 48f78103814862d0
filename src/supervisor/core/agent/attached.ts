import type { Event } from "../state/event.ts";
import { watchChange } from "../data-flow/watch.ts";
import { rollBackTrial } from "../config/trial.ts";
import {
  type AgentState,
  startingAgent,
  type Doubt,
  illAgent,
  type UpAgent,
} from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Instant, WallTime } from "../state/time.ts";
import { sameWallTime, shownAt } from "../state/wall-clock.ts";
import { type State, withAgent, withConfig } from "../state/state.ts";
import type { Step } from "../state/step.ts";

type EventOf<Name extends Event["on"]> = Extract<Event, { on: Name }>;
type Awaited = Extract<AgentState, { at: "awaited" }>;

/** Somebody else starts the agent: no clock of a trial runs before it is there. */
export function awaitBegun(
  state: State,
  { run, generation }: Extract<Step, { do: "start-agent" }>,
  at: Instant,
): State {
  const agent: Awaited = { at: "awaited", since: at, run, generation, slow: false, why: undefined };
  return withAgent(state, { nextRun: run + 1, process: agent });
}

/** The process is not there, or there are several. */
export function missing(state: State, { run, why }: EventOf<"agent-missing">): State {
  const agent = state.agent.process;
  if (agent.at !== "awaited" || agent.run !== run || agent.why === why) return state;
  return withAgent(state, { process: { ...agent, why } });
}

/**
 * The process is there. One that began after its file was written has read the file; of one that began earlier that is
 * not known.
 */
export function found(
  state: State,
  awaited: Awaited,
  { pid, found: seen, at }: EventOf<"agent-started">,
  core: CoreSettings,
): State {
  const { run } = awaited;
  const generation = state.config.target ?? awaited.generation;
  const since = seen?.ageMs === undefined ? undefined : at - seen.ageMs;
  const inPlace = state.config.onDisk === generation.number;
  const fresh = inPlace && since !== undefined && beganAfterWriting(state, since, seen?.writtenAt);
  // A process that was starting while we wrote may have read the old text and still name a later beginning.
  const writtenAt = inPlace && state.config.untouched ? seen?.writtenAt : undefined;
  const watched = watchChange(state, generation, at, core);
  const trial =
    watched.config.trial?.generation === generation.number ? watched.config.trial : undefined;
  return {
    ...withConfig(watched, {
      trial: trial === undefined ? watched.config.trial : { ...trial, startedAt: at },
    }),
    agent: {
      ...watched.agent,
      process: startingAgent(
        { run, pid, generation, restarts: state.desired.restarts, startedAt: since ?? at },
        at,
        fresh ? undefined : { writtenAt, known: undefined, why: undefined, notBefore: at },
      ),
    },
  };
}

/** Of what we have written ourselves the moment is known; of what an earlier supervisor left there is only a date. */
function beganAfterWriting(
  { clock, config }: State,
  since: Instant,
  fileTime: WallTime | undefined,
): boolean {
  if (!config.untouched) return config.writtenAt !== undefined && since >= config.writtenAt;
  return fileTime !== undefined && shownAt(clock, since).unixMs >= fileTime.unixMs;
}

/**
 * The doubt after a healthy answer. Two answers end it: one that names a beginning after the file was written, while
 * nothing is on trial; and, after a reload without effect, one that names the same beginning as when it was known what
 * the process runs.
 */
export function doubtAfter(
  doubt: Doubt | undefined,
  upSince: WallTime | undefined,
  onTrial: boolean,
): Doubt | undefined {
  if (doubt === undefined || upSince === undefined) return doubt;
  const { writtenAt, why, known } = doubt;
  if (!onTrial && writtenAt !== undefined && upSince.unixMs > writtenAt.unixMs) return undefined;
  return why !== undefined && sameWallTime(upSince, known) ? undefined : doubt;
}

/**
 * The process did not take the configuration up, or it cannot be asked: if the configuration was on trial, it has
 * failed.
 */
function reloadFailed(state: State, why: string, at: Instant, core: CoreSettings): State {
  const agent = state.agent.process;
  const { trial } = state.config;
  if (agent.at !== "reloading") return state;
  const { generation, upSince, known, to } = agent;
  const again = to.number !== generation.number;
  const doubt = { writtenAt: undefined, known, why: again ? undefined : why, notBefore: at };
  const ill = illAgent(agent, at, { complaint: why, upSince, doubt });
  const back: State = withAgent(state, { process: ill });
  return trial?.generation === to.number ? rollBackTrial(back, why, at, core) : back;
}

/** A step to bring the agent to another configuration could not be done at all. */
export function changeFailed(state: State, why: string, at: Instant, core: CoreSettings): State {
  const agent = state.agent.process;
  const { trial } = state.config;
  if (agent.at === "reloading") return patient(reloadFailed(state, why, at, core), at, core);
  if (agent.at !== "stopping") return state;
  // The wish is given up: it would only fail again.
  const running = { ...agent, restarts: state.desired.restarts };
  const doubt = { writtenAt: undefined, known: undefined, why: undefined, notBefore: at };
  // Without `upSince` there is no SIGHUP, which would end an agent that has never been healthy.
  const ill = illAgent(running, at, { complaint: why, upSince: undefined, doubt });
  const back: State = withAgent(state, { process: ill });
  const failed = trial === undefined ? back : rollBackTrial(back, why, at, core);
  return patient(failed, at, core);
}

/** Waits before the next attempt: what failed at once would fail again at once. */
function patient(state: State, at: Instant, { retryMs }: CoreSettings): State {
  const agent = state.agent.process;
  if (agent.at !== "up" || agent.doubt === undefined) return state;
  return withAgent(state, {
    process: { ...agent, doubt: { ...agent.doubt, notBefore: at + retryMs } },
  });
}

/** The supervisor is to end: the agent ends before it, or goes on without it. */
export function stopAsked(state: State, at: Instant, core: CoreSettings): State {
  if (state.desired.run === "down") return state;
  if (core.kind.outlivesUs) return left(state, at, core);
  return { ...state, desired: { ...state.desired, run: "down" } };
}

/** The supervisor ends and the agent goes on: what is on trial must not be what it finds when it is started again. */
function left(state: State, at: Instant, core: CoreSettings): State {
  const { trial, target, good } = state.config;
  const next: State = {
    ...withConfig(state, { candidate: undefined }),
    desired: { ...state.desired, run: "down" },
  };
  if (trial === undefined || good === undefined || target?.number !== trial.generation) return next;
  const why = "the supervisor was stopped while this configuration was being tried";
  return rollBackTrial(next, why, at, core);
}

/** What the passing of time decides about an agent that somebody else has started. */
export function attachedByTime(state: State, at: Instant, core: CoreSettings): State {
  const agent = state.agent.process;
  const { verdict } = state.config;
  if (core.kind.mayStart || state.desired.run === "down") return state;
  switch (agent.at) {
    case "awaited": {
      if (agent.slow || at - agent.since < core.quietStartMs) return state;
      const slow: State = withAgent(state, { process: { ...agent, slow: true } });
      if (verdict.is !== "applying" || verdict.note !== "") return slow;
      return withConfig(slow, {
        verdict: { ...verdict, note: `waiting for the agent: ${waitsFor(agent.why, core)}` },
      });
    }
    case "reloading": {
      if (core.kind.mayEnd || at - agent.since < core.reloadTimeoutMs) return state;
      const seconds = core.reloadTimeoutMs / 1000;
      const { complaint } = agent.probe;
      const last = complaint === undefined ? "" : `; its health check: ${complaint}`;
      const why = `the collector did not take the configuration up within ${seconds} s${last}`;
      return reloadFailed(state, why, at, core);
    }
    case "up":
      return core.kind.mayEnd ? state : unprovable(state, agent, at, core);
    case "down":
    case "starting":
    case "stopping":
      return state;
  }
}

function waitsFor(why: string | undefined, { kind }: CoreSettings): string {
  if (kind.fleet === undefined) return "nobody has started it yet";
  return why ?? "its workload is looked for";
}

/**
 * Fails a configuration that cannot be proved: without a health check nothing shows what a process runs, and no signal
 * is sent without knowing.
 */
function unprovable(state: State, agent: UpAgent, at: Instant, core: CoreSettings): State {
  const { trial, target, onDisk } = state.config;
  if (agent.generation.config.probe !== undefined) return state;
  const why = "it cannot be proved what the agent runs: its configuration has no health check";
  if (agent.doubt !== undefined && agent.doubt.why === undefined) {
    return withAgent(state, { process: { ...agent, doubt: { ...agent.doubt, why } } });
  }
  const tried = trial !== undefined && target !== undefined && onDisk === target.number;
  return tried && target.number !== agent.generation.number
    ? rollBackTrial(state, why, at, core)
    : state;
}
