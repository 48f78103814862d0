import { settingsRead } from "../config/settings-read.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Event } from "../state/event.ts";
import { type State, withAgent, withConfig } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { Instant } from "../state/time.ts";
import { exitText, isFromOutside } from "./exit-text.ts";

/** A start that takes longer than this with a new command line has failed, where the operator wrote no limit. */
const leastStartTimeoutMs = 60_000;

/** So many ends of an agent that was up cost a new command line its place: one may be chance. */
const budget = 2;

/** The operator's files were read again. Where the agent is started anew for it, that has yet to prove itself. */
export function settingsTaken(
  before: State,
  event: Extract<Event, { on: "settings-read" }>,
  core: CoreSettings,
): State {
  const { at, restartsAgent, isRestored = false } = event;
  const state = settingsRead(before, event, core);
  if (!restartsAgent || isRestored || !core.kind.mayStart) return state;
  const until = at + (core.startTimeoutMs ?? leastStartTimeoutMs) + core.drainMs;
  const commandLine = { until, crashes: 0, isProved: false, why: undefined };
  return withAgent(state, { commandLine });
}

/** The one before it is in force again. */
export function commandLineRestored(state: State): State {
  return withAgent(state, { commandLine: undefined });
}

/**
 * The agent has ended with a command line that has yet to prove itself: no configuration is to blame. Undefined where there
 * is no such one.
 */
export function commandLineEnded(
  state: State,
  wasHealthy: boolean,
  { exit }: Extract<Event, { on: "agent-exited" }>,
): State | undefined {
  const { commandLine, crashes } = state.agent;
  const { trial } = state.config;
  if (commandLine === undefined) return undefined;
  const counted = commandLine.crashes + (isFromOutside(exit) ? 0 : 1);
  const failed = counted >= budget || (counted > 0 && !wasHealthy && !commandLine.isProved);
  const why = failed ? exitText(exit) : undefined;
  const blameless = { ...crashes, faults: { ...crashes.faults, count: 0 } };
  const next = withAgent(state, {
    crashes: blameless,
    commandLine: { ...commandLine, crashes: counted, why },
  });
  return trial === undefined
    ? next
    : withConfig(next, { trial: { ...trial, startedAt: undefined } });
}

/** It has proved itself by time, or was not healthy in its time. */
export function commandLineByTime(state: State, at: Instant, core: CoreSettings): State {
  const { commandLine, process: agent } = state.agent;
  if (commandLine === undefined || commandLine.why !== undefined) return state;
  const restarted = "restarts" in agent && agent.restarts === state.desired.restarts;
  const healthy = restarted && agent.at === "up" && agent.healthySince !== undefined;
  if (healthy && !commandLine.isProved) {
    const until = at + core.probationMs;
    return withAgent(state, { commandLine: { ...commandLine, isProved: true, until } });
  }
  if (at < commandLine.until) return state;
  if (commandLine.isProved || state.config.target?.config.runs !== true) {
    return commandLineRestored(state);
  }
  const why = "the agent was not healthy in its time";
  return withAgent(state, { commandLine: { ...commandLine, why } });
}

/** Goes back to the command line before, where the new one has failed. */
export function commandLineStep({ agent: { commandLine }, desired }: State): Step | undefined {
  const why = commandLine?.why;
  return why === undefined || desired.run === "down"
    ? undefined
    : { do: "restore-command-line", why };
}

/** When time alone decides about a new command line. */
export function commandLineDeadlines({ agent: { commandLine } }: State): readonly Instant[] {
  return commandLine === undefined ? [] : [commandLine.until];
}
