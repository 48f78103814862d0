import { exitText } from "../../agent/exit-text.ts";
import { degradation } from "../../data-flow/watch.ts";
import type { AgentState } from "../../state/agent.ts";
import type { CoreSettings } from "../../state/core-settings.ts";
import type { State } from "../../state/state.ts";
import { type StatusMoment, dateOrNull } from "./status-time.ts";

/**
 * How the agent is, in a word for people.
 * - `healthy`: it runs, answers, and moves no less data than before.
 * - `parked`: nothing is configured, or a configuration asks for nothing: all is as it is meant to be.
 * - `starting`: it is on its way, and nothing has gone wrong.
 * - `degraded`: it answers, and something is wrong all the same.
 * - `failing`: it does not answer, or cannot be started.
 * - `stopping`: the supervisor ends.
 */
export type HealthWord = "healthy" | "parked" | "starting" | "degraded" | "failing" | "stopping";

/** How the agent is, and why it is not better. */
export interface Health {
  readonly word: HealthWord;
  readonly reason: string | null;
  /** When the agent is started again, where a start waits. */
  readonly nextStartAt: string | null;
}

/** How the agent is at this moment. */
export function healthOf(state: State, core: CoreSettings, now: StatusMoment): Health {
  const { process: agent, crashes } = state.agent;
  const waits = agent.at === "down" && state.desired.run === "up" && crashes.notBefore > now.at;
  const [word, reason] = judged(state, core, now);
  const nextStartAt = waits ? dateOrNull(state.clock, crashes.notBefore) : null;
  return { word, reason: reason ?? null, nextStartAt };
}

type Judged = readonly [word: HealthWord, reason?: string | undefined];

function judged(state: State, core: CoreSettings, now: StatusMoment): Judged {
  const agent = state.agent.process;
  if (state.desired.run === "down") return ["stopping", "the supervisor stops"];
  switch (agent.at) {
    case "down":
      return whenDown(state);
    case "awaited": {
      const why = `the agent is started by somebody else: ${agent.why ?? "its process is looked for"}`;
      return agent.slow || state.agent.crashes.count > 0 ? ["failing", why] : ["starting", why];
    }
    case "starting":
      return whenStarting(state, agent);
    case "up":
      return whenUp(state, agent, core, now);
    case "reloading":
      return ["healthy", `takes up generation ${agent.to.number}`];
    case "stopping":
      return ["starting", "it is being restarted"];
  }
}

function whenDown({ agent: { crashes }, config, identity }: State): Judged {
  const { target, problem } = config;
  if (target?.config.runs === false) {
    const why = target.config.parked
      ? "nothing is configured, and this collector cannot idle: no agent runs"
      : "the configuration asks for no agent";
    return ["parked", why];
  }
  if (crashes.last !== undefined && crashes.count > 0) return ["failing", exitText(crashes.last)];
  const why = target === undefined ? (identity.problem ?? problem) : undefined;
  return why === undefined ? ["starting"] : ["failing", why];
}

function whenStarting(
  { agent: { crashes } }: State,
  { probe, slow }: Extract<AgentState, { at: "starting" }>,
): Judged {
  if (crashes.last !== undefined && crashes.count > 0) {
    const why = `it is started again: ${exitText(crashes.last)}`;
    return [crashes.count > 1 ? "failing" : "starting", why];
  }
  return ["starting", slow ? (probe.complaint ?? "it takes long") : undefined];
}

/** So many ends in a row are no accident: an agent that answers between two of them is not well. */
const restless = 3;

function whenUp(
  state: State,
  agent: Extract<AgentState, { at: "up" }>,
  { stableMs }: CoreSettings,
  now: StatusMoment,
): Judged {
  const { crashes } = state.agent;
  if (agent.healthySince === undefined) {
    return ["failing", agent.probe.complaint ?? "its health check does not answer"];
  }
  if (agent.doubt !== undefined) {
    return ["degraded", agent.doubt.why ?? "it is not known which configuration it runs"];
  }
  if (crashes.count >= restless && now.at - agent.healthySince < stableMs) {
    const why = crashes.last === undefined ? "" : `: ${exitText(crashes.last)}`;
    return ["degraded", `it ended ${crashes.count} times in a row${why}`];
  }
  const why = state.storage.problem ?? degradation(state, agent)?.why;
  if (why !== undefined) return ["degraded", why];
  const { missing } = state.log ?? {};
  const logless = missing === undefined ? undefined : `it runs without a log: ${missing}`;
  return agent.generation.config.parked
    ? ["parked", logless ?? "nothing is configured: the agent idles"]
    : ["healthy", logless];
}
