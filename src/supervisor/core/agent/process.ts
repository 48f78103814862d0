import { movedPorts } from "../config/own-ports.ts";
import { proposeAgain } from "../config/propose.ts";
import { mayGoBack, rollBackTrial, rollBackApplied } from "../config/trial.ts";
import {
  type AgentState,
  type Exit,
  startingAgent,
  stoppingAgent,
  healthyAgent,
} from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Event, ProbeOutcome } from "../state/event.ts";
import { type State, withConfig, withAgent } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { Instant } from "../state/time.ts";
import type { Faults } from "../state/trials.ts";
import { doubtAfter, found } from "./attached.ts";
import { believe } from "./believe.ts";
import { commandLineEnded } from "./command-line.ts";
import { exitText, isFromOutside } from "./exit-text.ts";
import { withoutLink } from "./extension-loss.ts";
import { partProved } from "./part-reload.ts";
import { reloadAnswered } from "./reload.ts";
import { patienceMs } from "./patience.ts";

type StepOf<Name extends Step["do"]> = Extract<Step, { do: Name }>;
type WithProcess = Exclude<AgentState, { at: "down" | "awaited" }>;

function hasProcess(agent: AgentState): agent is WithProcess {
  return agent.at !== "down" && agent.at !== "awaited";
}

type EventOf<Name extends Event["on"]> = Extract<Event, { on: Name }>;

/** A start is under way: from here on there may be a process. */
export function startBegun(
  state: State,
  step: StepOf<"start-agent">,
  at: Instant,
  core: CoreSettings,
): State {
  const { number } = step.generation;
  const { trial } = state.config;
  const clocked = trial?.generation === number && trial.startedAt === undefined;
  return {
    ...withConfig(state, { trial: clocked ? { ...trial, startedAt: at } : trial }),
    agent: {
      ...state.agent,
      nextRun: step.run + 1,
      process: startingAgent(
        {
          ...{ run: step.run, pid: undefined, generation: step.generation },
          restarts: state.desired.restarts,
          startedAt: at,
        },
        at + core.probeFirstMs,
      ),
    },
  };
}

/** A signal is on its way: the agent counts as stopping. */
export function signalBegun(state: State, step: StepOf<"signal-agent">, at: Instant): State {
  const agent = state.agent.process;
  const { trial } = state.config;
  if (!hasProcess(agent) || agent.run !== step.run) return state;
  if (agent.at === "reloading" && trial?.generation === agent.to.number) {
    // The restart that follows has all the time of a start: that a reload is not proved is no fault of the configuration.
    const unclocked = withConfig(state, { trial: { ...trial, startedAt: undefined } });
    return stopping(unclocked, agent, step, at);
  }
  return stopping(state, agent, step, at);
}

function stopping(
  state: State,
  agent: WithProcess,
  step: StepOf<"signal-agent">,
  at: Instant,
): State {
  const since = agent.at === "stopping" ? agent.since : at;
  const killed = step.signal === "SIGKILL";
  const forcedKills = state.agent.crashes.forcedKills + (killed ? 1 : 0);
  return withAgent(state, {
    crashes: killed ? { ...state.agent.crashes, forcedKills } : state.agent.crashes,
    process: stoppingAgent(agent, since, killed),
  });
}

/** The health check was asked. */
export function probeBegun(state: State, step: StepOf<"probe-agent">): State {
  const agent = state.agent.process;
  if (!hasProcess(agent) || agent.at === "stopping" || agent.run !== step.run) return state;
  return withAgent(state, { process: { ...agent, probe: { ...agent.probe, asked: true } } });
}

/** An answer of the health check; one about an earlier run says nothing. */
export function probed(state: State, event: EventOf<"agent-probed">, core: CoreSettings): State {
  const agent = state.agent.process;
  if (!hasProcess(agent) || agent.at === "stopping" || agent.run !== event.run) return state;
  const outcome = believe(event.outcome, agent, { at: event.at, clock: state.clock }, core);
  if (agent.at === "reloading") {
    const now = { at: event.at, clock: state.clock, partProved: partProved(state, agent) };
    return withAgent(state, { process: reloadAnswered(agent, outcome, now, core) });
  }
  return withAgent(state, {
    process: withAnswer(agent, outcome, event.at, state.config.trial !== undefined, core),
  });
}

function withAnswer(
  agent: Extract<AgentState, { at: "starting" | "up" }>,
  outcome: ProbeOutcome,
  at: Instant,
  onTrial: boolean,
  core: CoreSettings,
): AgentState {
  if (outcome.is === "healthy") {
    const pause = onTrial ? Math.min(core.probeSlowMs, core.settleMs / 4) : core.probeSlowMs;
    const healthySince = agent.at === "up" ? (agent.healthySince ?? at) : at;
    const { upSince } = outcome;
    const doubt = doubtAfter(agent.doubt, upSince, onTrial);
    return healthyAgent(agent, healthySince, { dueAt: at + pause, upSince, doubt });
  }
  const complaint = outcome.why;
  if (agent.at === "up") {
    const probe = { asked: false, dueAt: at + core.probeSlowMs / 5, complaint };
    return { ...agent, healthySince: undefined, illSince: agent.illSince ?? at, probe };
  }
  const dueAt = at + patienceMs(at - agent.startedAt, core.probeFastMs);
  return { ...agent, probe: { asked: false, dueAt, complaint } };
}

/** The process has ended. What matters is whether that was asked for; exit code 0 does not matter. */
export function exited(state: State, event: EventOf<"agent-exited">, core: CoreSettings): State {
  const agent = state.agent.process;
  const { trial } = state.config;
  if (!hasProcess(agent) || agent.run !== event.run) return state;
  const down: State = withAgent(state, { process: { at: "down", since: event.at } });
  if (agent.at === "stopping") return down;
  const stable =
    agent.at === "up" &&
    agent.healthySince !== undefined &&
    event.at - agent.healthySince >= core.stableMs;
  const count = stable ? 1 : state.agent.crashes.count + 1;
  // There is no wait for looking out for a process that somebody else starts.
  const delay = core.kind.mayStart
    ? restartDelayMs(count, event.random, core.firstBackoffMs, core.maxBackoffMs)
    : 0;
  const { number } = agent.at === "reloading" ? agent.to : agent.generation;
  const faults = faultsAfter(state, number, event.exit, stable);
  const crashed: State = withAgent(down, {
    crashes: {
      ...state.agent.crashes,
      ...{ count, faults, notBefore: event.at + delay, last: event.exit },
    },
  });
  const elsewhere = onOtherPorts(crashed, agent, event, core);
  if (elsewhere !== undefined) return elsewhere;
  const byCommandLine = commandLineEnded(crashed, agent.at !== "starting", event);
  if (byCommandLine !== undefined) return byCommandLine;
  if (agent.at !== "reloading" && agent.doubt !== undefined) {
    // It is not known what it ran: its end proves nothing, and while nobody runs the trial has no time.
    return withoutClock(crashed);
  }
  const why = exitText(event.exit);
  // A script died of our own signal, or did not pass it on: the configuration has yet to be tried by a start. So has one
  // for which nothing was started.
  const untried = agent.at === "reloading" && isEndedBySighup(event.exit);
  if (untried || event.exit.scarce === true) return withoutClock(crashed);
  if (trial?.generation === number) return rollBackTrial(crashed, why, event.at, core);
  if (faults.count < budgetOf(state, number, core) || isFromOutside(event.exit)) return crashed;
  const again = `the agent ended ${faults.count} times in a row, the last time: ${why}`;
  return rollBackApplied(crashed, again, event.at, core);
}

/** While nobody runs a trial has no time. */
function withoutClock(state: State): State {
  const { trial } = state.config;
  if (trial === undefined) return state;
  return withConfig(state, { trial: { ...trial, startedAt: undefined } });
}

/** The crashes that may be the fault of the generation that has just ended. */
function faultsAfter(
  {
    agent: {
      crashes: { faults },
    },
  }: State,
  generation: number,
  exit: Exit,
  stable: boolean,
): Faults {
  const before = stable || faults.generation !== generation ? 0 : faults.count;
  return { generation, count: before + (isFromOutside(exit) ? 0 : 1) };
}

/** So many crashes in probation take a configuration back: one may be chance. */
const budgetInProbation = 2;

/** How many crashes take a configuration back that was applied. */
function budgetOf(state: State, number: number, { crashBudget }: CoreSettings): number {
  const { good, probation } = state.config;
  if (number !== good?.number) return Infinity;
  return probation?.generation === number && mayGoBack(state) ? budgetInProbation : crashBudget;
}

/** A shell tells the signal that has ended its command by an exit code. */
function isEndedBySighup({ signal, code }: Exit): boolean {
  return signal === "SIGHUP" || code === 129;
}

/** A port that only the supervisor wanted is taken: that is no fault of the configuration, which gets another port. */
function onOtherPorts(
  crashed: State,
  agent: WithProcess,
  { exit, at }: EventOf<"agent-exited">,
  core: CoreSettings,
): State | undefined {
  const { config } = agent.at === "reloading" ? agent.to : agent.generation;
  const ownPorts = movedPorts(crashed.config.ownPorts, config, exit.takenPorts);
  if (ownPorts === undefined) return undefined;
  const { trial } = crashed.config;
  // No start with the former port while the other one is made ready.
  const crashes = { ...crashed.agent.crashes, notBefore: at + core.retryMs };
  const waiting = withAgent(crashed, { crashes });
  const next = proposeAgain(
    withConfig(waiting, {
      ownPorts,
      trial: trial === undefined ? trial : { ...trial, startedAt: undefined },
    }),
    at,
    core,
  );
  return next.config.candidate === undefined ? undefined : next;
}

/**
 * The wait before the next start after `crashes` crashes in a row: none after the first, `firstMs` after the second,
 * then two and a half times that, doubling up to `maxMs`; a quarter up or down by `random` (0 to 1).
 */
export function restartDelayMs(
  crashes: number,
  random: number,
  firstMs: number,
  maxMs: number,
): number {
  if (crashes <= 1) return 0;
  const wait = crashes === 2 ? firstMs : 2.5 * firstMs * 2 ** Math.min(crashes - 3, 30);
  return Math.round(Math.min(maxMs, wait) * (0.75 + random / 2));
}

/** An agent without a health check counts as healthy after some time; a start that takes long is noted. */
export function agentByTime(state: State, at: Instant, core: CoreSettings): State {
  const agent = state.agent.process;
  if (agent.at !== "starting") return state;
  const age = at - agent.startedAt;
  if (agent.generation.config.probe === undefined) {
    if (age < core.aliveMs) return state;
    const { doubt, probe } = agent;
    const told = { dueAt: probe.dueAt, upSince: undefined, doubt };
    return withAgent(state, { process: healthyAgent(agent, at, told) });
  }
  if (agent.slow || age < core.quietStartMs) return state;
  return withAgent(state, { process: { ...agent, slow: true } });
}

/** There is a process. */
export function started(
  state: State,
  event: Extract<Event, { on: "agent-started" }>,
  core: CoreSettings,
): State {
  const agent = state.agent.process;
  if (agent.at === "down" || agent.run !== event.run) return state;
  if (agent.at === "awaited") return found(state, agent, event, core);
  return withAgent(state, { process: { ...agent, pid: event.pid } });
}

/** The run has ended; what its extension said last ends with it. */
export function ended(
  state: State,
  event: Extract<Event, { on: "agent-exited" }>,
  core: CoreSettings,
): State {
  const after = exited(state, event, core);
  return after.agent.process.at === "down" ? withoutLink(after) : after;
}
