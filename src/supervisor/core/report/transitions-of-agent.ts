import { exitText, fullExitText } from "../agent/exit-text.ts";
import { whyRestart } from "../agent/why-restart.ts";
import { worksOn } from "../agent/part-reload.ts";
import { type AgentState, type ReloadingAgent, type Running, answers } from "../state/agent.ts";
import type { Event } from "../state/event.ts";
import type { State } from "../state/state.ts";
import { sameWallTime } from "../state/wall-clock.ts";
import type { Found, Process } from "./transition.ts";

/** What has happened to the agent's process between two states. */
export function agentTransitions(before: State, after: State, event: Event): readonly Found[] {
  return [
    byEvent(before, after, event),
    restartRefused(before, after),
    change(before, after),
    kill(before, after),
    health(before, after),
    waiting(before.agent.process, after.agent.process),
    doubt(before.agent.process, after.agent.process),
  ];
}

function byEvent(before: State, after: State, event: Event): Found {
  const [was, now] = [before.agent.process, after.agent.process];
  switch (event.on) {
    case "restart-commanded": {
      const { restartDueAt, restarts } = after.desired;
      const begun = restarts > before.desired.restarts;
      return { is: event.on, inMs: begun ? 0 : Math.max(0, (restartDueAt ?? 0) - event.at) };
    }
    case "agent-started":
    case "agent-adopted":
      return now.at === "down" || now.at === "awaited" ? undefined : seen(was, now, event);
    case "agent-exited": {
      const { run, exit, at } = event;
      if (was === now) return undefined;
      if (was.at === "stopping") return { is: "agent-stopped", run };
      const restartInMs = Math.round(Math.max(0, after.agent.crashes.notBefore - at));
      const [reason, shortReason] = [fullExitText(exit), exitText(exit)];
      return { is: "agent-crashed", run, reason, shortReason, restartInMs };
    }
    default:
      return undefined;
  }
}

function seen(
  was: AgentState,
  now: Exclude<AgentState, { at: "down" | "awaited" }>,
  event: Extract<Event, { on: "agent-started" | "agent-adopted" }>,
): Found {
  const process = processOf(now);
  if (event.on === "agent-adopted") return { is: "agent-adopted", ...process };
  const { found, notNoted } = event;
  if (found === undefined) return { is: "agent-started", ...process, notNoted };
  if (was.at !== "awaited" || now.at !== "starting") return undefined;
  return { is: now.doubt === undefined ? "agent-found" : "older-agent-found", ...process };
}

function restartRefused({ desired: was }: State, { desired: now }: State): Found {
  if (was.restartedAt === now.restartedAt || was.restarts !== now.restarts) return undefined;
  const reason =
    "somebody else runs the agent; agent.attach.restart or agent.attach.restart_command would allow it";
  return { is: "restart-refused", reason };
}

function change({ agent: { process: was } }: State, { agent, config, desired }: State): Found {
  const now = agent.process;
  if (now.at === "reloading") return reload(was, now);
  if (now.at === was.at || now.at !== "stopping") return undefined;
  const process = processOf(now);
  if (desired.run === "down") return { is: "stop-begun", ...process };
  return { is: "restart-begun", ...process, why: whyRestart(now.generation, config.target) };
}

/** One of receivers alone may be followed by one of the whole agent. */
function reload(was: AgentState, now: ReloadingAgent): Found {
  if (was.at === "reloading" && was.since === now.since) return undefined;
  const names = now.part?.map(({ receiver }) => receiver);
  const receivers = names === undefined ? undefined : [...new Set(names)];
  return { is: "reload-begun", ...processOf(now), generation: now.to.number, receivers };
}

function kill({ agent: { process: was } }: State, { agent }: State): Found {
  const now = agent.process;
  if (now.at !== "stopping" || !now.killed) return undefined;
  if (was.at === "stopping" && was.killed) return undefined;
  return { is: "kill-begun", ...processOf(now), forcedKills: agent.crashes.forcedKills };
}

function health({ agent: { process: was, gapSince } }: State, { agent }: State): Found {
  const now = agent.process;
  if (now.at !== "up" && now.at !== "starting") return undefined;
  const healthySince = now.at === "up" ? now.healthySince : undefined;
  const from = was.at === "reloading" && restartedAll(was, now) ? was.since : gapSince;
  const gapMs = from === undefined || healthySince === undefined ? undefined : healthySince - from;
  if (healthySince !== undefined && was.at === "reloading") {
    return { is: "reload-ended", ...processOf(now), gapMs };
  }
  if (healthySince !== undefined && !answers(was)) {
    return { is: "agent-healthy", ...processOf(now), afterMs: healthySince - now.startedAt, gapMs };
  }
  const reason = now.probe.complaint;
  const old = was.at === "up" || was.at === "starting" ? was.probe.complaint : undefined;
  if (reason === undefined || reason === old) return undefined;
  return { is: now.at === "up" ? "agent-ill" : "agent-not-healthy-yet", reason };
}

/** True where all has started anew, though receivers alone were to: so fast that no question fell into the gap. */
function restartedAll(was: ReloadingAgent, now: AgentState): boolean {
  return worksOn(was) && now.at === "up" && !sameWallTime(now.upSince, was.upSince);
}

function waiting(was: AgentState, now: AgentState): Found {
  if (now.at !== "awaited" || !now.slow) return undefined;
  if (was.at === "awaited" && was.slow && was.why === now.why) return undefined;
  return { is: "agent-awaited", reason: now.why };
}

function doubt(was: AgentState, now: AgentState): Found {
  const reason = "doubt" in now ? now.doubt?.why : undefined;
  if (reason === undefined || ("doubt" in was && was.doubt?.why === reason)) return undefined;
  return { is: "agent-doubted", reason };
}

function processOf({ pid, run, generation: { number, config } }: Running): Process {
  return { pid, run, generation: number, probe: config.probe?.url };
}
