import { startDataFlow, begin, observe, compareFlows } from "./compare.ts";
import type { FlowWatch, MetricsOutcome } from "../state/data-flow.ts";
import type { AgentState } from "../state/agent.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Generation } from "../state/generation.ts";
import type { Instant, Run } from "../state/time.ts";
import type { State } from "../state/state.ts";

/** Nothing is known yet. */
export function newWatch({ metricsSlowMs }: CoreSettings): FlowWatch {
  return {
    flow: startDataFlow(metricsSlowMs),
    generation: undefined,
    asked: false,
    dueAt: 0,
    degraded: undefined,
    problem: undefined,
  };
}

/**
 * The agent is about to run another generation: what was seen until now is what comes after is compared with.
 * `inPart`: all but some receivers go on, and so do the counters.
 */
export function watchChange(
  state: State,
  next: Generation | undefined,
  at: Instant,
  { metricsFastMs }: CoreSettings,
  inPart = false,
): State {
  const { dataFlow: watch } = state;
  if (watch === undefined || next === undefined || watch.generation === next.number) return state;
  const flow = begin(watch.flow, at, next.config.flows, inPart);
  return {
    ...state,
    dataFlow: { ...watch, flow, generation: next.number, dueAt: at + metricsFastMs },
  };
}

/** The metrics are being read. */
export function readingBegun(state: State): State {
  return state.dataFlow === undefined
    ? state
    : { ...state, dataFlow: { ...state.dataFlow, asked: true } };
}

/** The metrics were read, or could not be; in the time after a change they are read more often. */
export function metricsAnswered(
  state: State,
  run: Run,
  told: MetricsOutcome,
  at: Instant,
  { metricsFastMs, metricsSlowMs, probationMs }: CoreSettings,
): State {
  const { dataFlow: watch } = state;
  const agent = state.agent.process;
  if (watch === undefined) return state;
  const ours = agent.at === "up" && agent.run === run;
  const changedAt = watch.flow.change?.at ?? 0;
  const dueAt = at + (at - changedAt < probationMs ? metricsFastMs : metricsSlowMs);
  const answered: FlowWatch = { ...watch, asked: false, dueAt };
  if (!ours) return { ...state, dataFlow: answered };
  const outcome = believe(told, agent.generation.config.metrics);
  if (outcome.is === "unreadable") {
    return { ...state, dataFlow: { ...answered, problem: outcome.why } };
  }
  const flow = observe(watch.flow, outcome.sample, at, run);
  return { ...state, dataFlow: { ...answered, flow, problem: undefined } };
}

/** What the readings so far say of the last change. */
export function flowByTime(state: State, at: Instant): State {
  const { dataFlow: watch } = state;
  if (watch === undefined) return state;
  const why = compareFlows(watch.flow, at).degraded;
  if (why === watch.degraded?.why) return state;
  const degraded = why === undefined ? undefined : { why, since: at };
  return { ...state, dataFlow: { ...watch, degraded } };
}

/** When the metrics are to be read next; undefined while they are not watched or an answer is awaited. */
export function nextReadingAt(
  { dataFlow: watch }: State,
  agent: Extract<AgentState, { at: "up" }>,
): Instant | undefined {
  const readable = agent.generation.config.metrics !== undefined;
  return watch === undefined || watch.asked || !readable ? undefined : watch.dueAt;
}

/** What is known to be wrong with the flow of data in what the agent runs; undefined when nothing is. */
export function degradation(
  { dataFlow: watch }: State,
  agent: Extract<AgentState, { at: "up" }>,
): { readonly why: string; readonly since: Instant } | undefined {
  if (agent.generation.stopsData) return { why: dataStopped, since: agent.startedAt };
  return watch?.generation === agent.generation.number ? watch.degraded : undefined;
}

const dataStopped =
  "no data flows: every pipeline of this configuration is nop, and it replaced one whose pipelines were not";

/** Metrics that a stranger gives say nothing of the agent. */
function believe(outcome: MetricsOutcome, url = ""): MetricsOutcome {
  if (outcome.is === "unreadable" || outcome.listener?.is !== "stranger") return outcome;
  const { pid, name } = outcome.listener;
  const why = `another process answers at ${url}, process ${pid} (${name})`;
  const advice = "stop it, or write another port in service.telemetry.metrics.readers";
  return { is: "unreadable", why: `${why}: ${advice}` };
}
