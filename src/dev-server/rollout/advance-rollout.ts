import { become, judgeAgent, sentTo } from "./judge-agent.ts";
import type { AgentLook, RolloutAgent, RolloutState } from "./staged-rollout.ts";
import { failuresOf, isAway } from "./rollout-counts.ts";
import { stopText } from "./rollout-words.ts";

/** What has happened since the last time. */
export interface RolloutTick {
  readonly elapsedMs: number;
  readonly now: number;
  /** The agents that may have changed; undefined: forgotten. */
  readonly looks: ReadonlyMap<string, AgentLook | undefined>;
  /** Those to whom it could not be offered, and why. */
  readonly refused?: ReadonlyMap<string, string>;
}

/** The rollout afterwards, and to whom it is to be sent now. */
export interface Advanced {
  readonly rollout: RolloutState;
  readonly sends: readonly string[];
}

/** Agents that are away are waited for as long as this in each stage. */
export const awayMs = 120_000;
/** An agent that is connected and says nothing has failed after this. */
export const silentMs: number = 5 * 60_000;
/** An agent that never comes to an end has failed after this. */
export const applyingMs: number = 30 * 60_000;
/** So many are sent to at once, so that nobody else waits for long. */
export const mostSends = 200;
/** Whoever has slept must not wake up in the next stage. */
const longestTickMs = 5_000;

/** Takes a rollout one step further. */
export function advanceRollout(rollout: RolloutState, tick: RolloutTick): Advanced {
  if (rollout.state === "done") return { rollout, sends: [] };
  const running = rollout.state === "running";
  const elapsedMs = running ? Math.min(Math.max(0, tick.elapsedMs), longestTickMs) : 0;
  const clockMs = rollout.clockMs + elapsedMs;
  const looked = refuse(look({ ...rollout, clockMs }, tick.looks), tick.refused ?? new Map());
  if (!running) return { rollout: looked, sends: [] };
  const timely = endWaiting(looked);
  const stopped = stopIfFailed(timely, tick.now);
  if (stopped !== undefined) return { rollout: stopped, sends: [] };
  return send(goOn(timely, tick.now));
}

function look(rollout: RolloutState, looks: RolloutTick["looks"]): RolloutState {
  const judged = [...looks].flatMap(([uid, seen]) => {
    const agent = rollout.agents.get(uid);
    const next = agent === undefined ? undefined : judgeAgent(agent, seen, rollout);
    return next === undefined || next === agent ? [] : [next];
  });
  return withAgents(rollout, judged);
}

function refuse(rollout: RolloutState, refused: ReadonlyMap<string, string>): RolloutState {
  const failed = [...refused].flatMap(([uid, why]) => {
    const agent = rollout.agents.get(uid);
    return agent?.state === "sent" ? [become(agent, "failed", rollout, why)] : [];
  });
  return withAgents(rollout, failed);
}

/** Those who have kept the rollout waiting for too long have failed. */
function endWaiting(rollout: RolloutState): RolloutState {
  const late = [...rollout.agents.values()].flatMap((agent) => {
    const why = agent.connected ? lateness(agent, rollout.clockMs) : undefined;
    return why === undefined ? [] : [become(agent, "failed", rollout, why)];
  });
  return withAgents(rollout, late);
}

function lateness({ state, sinceMs }: RolloutAgent, clockMs: number): string | undefined {
  const waitedMs = clockMs - sinceMs;
  if (state === "sent" && waitedMs > silentMs) {
    return `it has said nothing about it for ${silentMs / 60_000} minutes`;
  }
  if (state !== "applying" || waitedMs <= applyingMs) return undefined;
  return `it has not come to an end with it for ${applyingMs / 60_000} minutes`;
}

function stopIfFailed(rollout: RolloutState, now: number): RolloutState | undefined {
  if (failuresOf(rollout) <= rollout.failuresAllowed) return undefined;
  return { ...rollout, state: "stopped", stopWhy: stopText(rollout), endedAt: now };
}

/** Into the next stage, where this one has settled. */
function goOn(rollout: RolloutState, now: number): RolloutState {
  const { agents, stage, clockMs, settleMs } = rollout;
  const begun = [...agents.values()].filter((agent) => agent.stage <= stage);
  const working = begun.some(
    ({ state, connected }) =>
      connected && (state === "pending" || state === "sent" || state === "applying"),
  );
  if (working) return { ...rollout, settledFromMs: undefined };
  const settledFromMs = rollout.settledFromMs ?? clockMs;
  const waiting = { ...rollout, settledFromMs };
  if (clockMs - settledFromMs < settleMs) return waiting;
  const ill = begun.filter((agent) => isIll(agent, stage));
  const judged = withAgents(
    waiting,
    ill.map((agent) =>
      become(agent, "failed", rollout, agent.unwell.replace("it is", "it is still")),
    ),
  );
  const stopped = stopIfFailed(judged, now);
  if (stopped !== undefined) return stopped;
  const missing = begun.filter((agent) => isAway(agent, stage) || hasLeft(agent, stage));
  if (missing.length > 0 && clockMs - settledFromMs < awayMs) return judged;
  const last = stage + 1 >= rollout.stages.length;
  if (last) return { ...judged, state: "done", endedAt: now };
  const proven = begun.some((agent) => agent.stage === stage && agent.state === "applied");
  if (missing.length > 0 && !proven) {
    const stopWhy = `stopped by itself: no agent of stage ${stage + 1} could be reached`;
    return { ...judged, state: "stopped", stopWhy, endedAt: now };
  }
  return { ...judged, stage: stage + 1, settledFromMs: undefined };
}

function isIll({ state, unwell, stage, connected }: RolloutAgent, current: number): boolean {
  return stage === current && connected && state === "applied" && unwell !== "";
}

function hasLeft({ state, connected, stage }: RolloutAgent, current: number): boolean {
  return stage === current && !connected && state === "applied";
}

/** At the end those that are away are sent to, too: what is wanted of them is kept until they come back. */
function send(rollout: RolloutState): Advanced {
  const { agents, stage, state } = rollout;
  if (state === "stopped") return { rollout, sends: [] };
  const all = state === "done";
  const due = [...agents.values()].filter(
    (agent) => agent.state === "pending" && (all || (agent.connected && agent.stage <= stage)),
  );
  const chosen = all ? due : due.slice(0, mostSends);
  const sent = chosen.map((agent) => sentTo(agent, rollout));
  return { rollout: withAgents(rollout, sent), sends: chosen.map(({ uid }) => uid) };
}

function withAgents(rollout: RolloutState, changed: readonly RolloutAgent[]): RolloutState {
  if (changed.length === 0) return rollout;
  const agents = new Map(rollout.agents);
  for (const agent of changed) agents.set(agent.uid, agent);
  return { ...rollout, agents };
}
