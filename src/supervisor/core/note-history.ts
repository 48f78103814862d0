import { exitText } from "./agent/exit-text.ts";
import { whyRestart } from "./agent/why-restart.ts";
import { type AgentState, type Running, answers } from "./state/agent.ts";
import type { AgentEnd, History, PastOffer } from "./state/history.ts";
import type { OfferStatus } from "./state/offers.ts";
import type { State } from "./state/state.ts";
import type { Instant } from "./state/time.ts";
import type { Verdict } from "./state/trials.ts";

/** Keeps what people ask about afterwards. The same state when nothing of that kind has happened. */
export function noteHistory(before: State, after: State, at: Instant): State {
  if (before === after) return after;
  const changes = {
    ...processChanges(before, after, at),
    ...gapChanges(before, after, at),
    ...goodChange(before, after, at),
    ...offerChanges(before, after, at),
  };
  if (Object.keys(changes).length === 0) return after;
  return { ...after, history: { ...after.history, ...changes } };
}

function processChanges(before: State, after: State, at: Instant): Partial<History> {
  const [was, now] = [before.agent.process, after.agent.process];
  if (was === now) return {};
  return {
    ...endChange(before, after, at),
    ...restartChange(after.history, was, now),
    ...runsChange(was, now, at),
  };
}

function endChange(before: State, { agent, desired }: State, at: Instant): Partial<History> {
  const was = before.agent.process;
  if (agent.process.at !== "down" || !hasProcess(was) || desired.run === "down") return {};
  if (was.at === "stopping") {
    return { pending: { at, why: stopReason(before, was), planned: true } };
  }
  const { last } = agent.crashes;
  const why = last === undefined ? "the agent ended" : exitText(last);
  return { pending: { at, why, planned: false } };
}

function stopReason({ config, desired }: State, was: Running): string {
  return was.restarts === desired.restarts
    ? whyRestart(was.generation, config.target)
    : "restart command";
}

/** Somebody else may have started it again before its end was seen. */
function restartChange(
  { restarts, crashes, pending }: History,
  was: AgentState,
  now: AgentState,
): Partial<History> {
  if (pending === undefined || hasProcess(was) || !hasProcess(now)) return {};
  const more = pending.planned ? 0 : 1;
  const lastEnd: AgentEnd = pending;
  return { restarts: restarts + 1, crashes: crashes + more, lastEnd, pending: undefined };
}

function runsChange(was: AgentState, now: AgentState, at: Instant): Partial<History> {
  if (!hasProcess(now)) return hasProcess(was) ? { runsSince: undefined } : {};
  const same = hasProcess(was) && was.run === now.run;
  if (same && was.generation.number === now.generation.number) return {};
  return { runsSince: same ? at : now.startedAt };
}

function gapChanges(before: State, after: State, at: Instant): Partial<History> {
  const [from, to] = [before.agent.gapSince, after.agent.gapSince];
  if (from === to) return {};
  if (from === undefined) return { gapWhy: silenceReason(after) };
  if (to !== undefined) return {};
  const why = after.history.gapWhy ?? "";
  // What is not to run any more leaves nobody waiting.
  if (!answers(after.agent.process)) return { gapWhy: undefined };
  return { gapWhy: undefined, lastGap: { since: from, lastedMs: at - from, why } };
}

function silenceReason({ agent: { process: agent, crashes }, config, desired }: State): string {
  switch (agent.at) {
    case "down":
    case "awaited":
      return crashes.last === undefined ? "the agent ended" : exitText(crashes.last);
    case "stopping":
      if (desired.run === "down") return "the supervisor stops";
      return agent.restarts === desired.restarts
        ? whyRestart(agent.generation, config.target)
        : "restart command";
    case "reloading":
      return "new configuration, by a reload";
    case "starting":
    case "up":
      return agent.probe.complaint ?? "its health check does not answer";
  }
}

function goodChange(before: State, after: State, at: Instant): Partial<History> {
  const { good } = after.config;
  return good?.number === before.config.good?.number ? {} : { goodSince: at };
}

/** More are not kept. */
const maxOffers = 5;

function offerChanges(before: State, after: State, at: Instant): Partial<History> {
  const [was, now] = [before.config.verdict, after.config.verdict];
  const [status, statusNow] = [before.connections.status, after.connections.status];
  if (was === now && status === statusNow) return {};
  const { offers } = after.history;
  const first = was === now ? offers : withVerdict(offers, verdictOf(after, now), at);
  const both = status === statusNow ? first : withVerdict(first, statusOf(statusNow), at);
  return both === offers ? {} : { offers: both };
}

type Said = Pick<PastOffer, "kind" | "hash" | "verdict" | "why" | "byPolicy">;

function verdictOf({ config }: State, verdict: Verdict): Said | undefined {
  if (verdict.is === "unset") return undefined;
  const failure = config.failures.find(({ digest }) => digest === config.lastOffer?.digest);
  const byPolicy = verdict.is === "failed" && failure?.byPolicy === true;
  const why = verdict.is === "failed" ? verdict.why : verdict.is === "applying" ? verdict.note : "";
  return { kind: "configuration", hash: verdict.hash, verdict: verdict.is, why, byPolicy };
}

function statusOf(status: OfferStatus): Said | undefined {
  if (status.is === "unset") return undefined;
  const why = status.is === "failed" ? status.why : "";
  return { kind: "connections", hash: status.hash, verdict: status.is, why, byPolicy: false };
}

/** An offer that is tried once more stays one entry. */
function withVerdict(
  offers: readonly PastOffer[],
  said: Said | undefined,
  at: Instant,
): readonly PastOffer[] {
  if (said === undefined) return offers;
  const same = offers.find(({ kind, hash }) => kind === said.kind && hash === said.hash);
  const decidedAt = said.verdict === "applying" ? undefined : at;
  const entry: PastOffer = { ...said, receivedAt: same?.receivedAt ?? at, decidedAt };
  return [entry, ...offers.filter((one) => one !== same)].slice(0, maxOffers);
}

function hasProcess(
  agent: AgentState,
): agent is Exclude<AgentState, { readonly at: "down" | "awaited" }> {
  return agent.at !== "down" && agent.at !== "awaited";
}
