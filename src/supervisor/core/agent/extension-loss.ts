import type { CoreSettings } from "../state/core-settings.ts";
import { type State, withAgent, withExtension } from "../state/state.ts";
import type { Instant, Run } from "../state/time.ts";

/**
 * The connection of a run is gone. An agent that has just been killed loses it a moment before its end is seen, so what
 * it told stands until that, or until an answer of its health check shows that it lives.
 */
export function linkLost(state: State, run: Run, at: Instant, core: CoreSettings): State {
  const agent = state.agent.process;
  if (state.extension.link?.run !== run) return state;
  if (agent.at !== "up") return withoutLink(state);
  const lost = { since: at, asked: false };
  return askedSooner(withExtension(state, { link: undefined, lost, toExtension: [] }), at, core);
}

/** The next question comes soon after the loss, but not before the end of a process would be seen. */
function askedSooner(state: State, lostAt: Instant, { probeSlowMs }: CoreSettings): State {
  const agent = state.agent.process;
  if (agent.at !== "up") return state;
  const dueAt = Math.min(agent.probe.dueAt, lostAt + probeSlowMs / 5);
  return withAgent(state, { process: { ...agent, probe: { ...agent.probe, dueAt } } });
}

/** The health check was asked: its answer comes from after the loss. */
export function askedAfterLoss(state: State): State {
  const { lost } = state.extension;
  if (lost === undefined || lost.asked) return state;
  return withExtension(state, { lost: { ...lost, asked: true } });
}

/** The health check has answered. What it was asked before the loss does not count: it is asked again soon. */
export function answeredAfterLoss(state: State, run: Run, core: CoreSettings): State {
  const { lost } = state.extension;
  const agent = state.agent.process;
  if (lost === undefined || agent.at === "down" || agent.run !== run) return state;
  return lost.asked ? withoutLink(state) : askedSooner(state, lost.since, core);
}

/** Without a health check the agent has to have lived on for a while. */
export function lossByTime(state: State, at: Instant, { probeSlowMs }: CoreSettings): State {
  const { lost } = state.extension;
  if (lost === undefined || isProbed(state) || at - lost.since < probeSlowMs) return state;
  return withoutLink(state);
}

/** When time alone settles a loss. */
export function lossDeadlines(state: State, { probeSlowMs }: CoreSettings): readonly Instant[] {
  const { lost } = state.extension;
  return lost === undefined || isProbed(state) ? [] : [lost.since + probeSlowMs];
}

function isProbed({ agent: { process: agent } }: State): boolean {
  return agent.at === "up" && agent.generation.config.probe !== undefined;
}

/** The agent has ended, is about to be another one, or is known to live on without its extension. */
export function withoutLink(state: State): State {
  const { link, lost, health, capabilities } = state.extension;
  if (link === undefined && lost === undefined && health === undefined) return state;
  const none = capabilities === undefined ? undefined : [];
  return withExtension(state, {
    link: undefined,
    lost: undefined,
    health: undefined,
    capabilities: none,
    toExtension: [],
  });
}

/** What was known of the health of the components does not hold for the next configuration. */
export function withoutHealth(state: State): State {
  return state.extension.health === undefined ? state : withExtension(state, { health: undefined });
}
