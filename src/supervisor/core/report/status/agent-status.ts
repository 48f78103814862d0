import type { ComponentHealth } from "../../../../opamp-client/wire/messages.ts";
import { localBinary } from "../../config/binary.ts";
import type { AgentState } from "../../state/agent.ts";
import type { CoreSettings } from "../../state/core-settings.ts";
import type { State } from "../../state/state.ts";
import { type StatusMoment, dateOf, dateOrNull, secondsSince } from "./status-time.ts";

/** The agent and its process. */
export interface AgentStatus {
  readonly state: AgentState["at"];
  readonly name: string | null;
  readonly version: string | null;
  readonly executable: string;
  readonly pid: number | null;
  readonly startedAt: string | null;
  readonly uptimeSeconds: number | null;
  readonly healthySince: string | null;
  /** Since the supervisor was started. */
  readonly restarts: {
    readonly count: number;
    /** Those after an end that nobody had asked for. */
    readonly afterCrash: number;
    readonly last: { readonly at: string; readonly planned: boolean; readonly why: string } | null;
  };
  /** The last time in which it did not answer. */
  readonly lastGap: {
    readonly at: string;
    readonly lastedMs: number;
    readonly why: string;
  } | null;
  /** Since when it does not answer now. */
  readonly silentSince: string | null;
  /** Why its flow of data is not watched, where it should be. */
  readonly dataFlowProblem: string | null;
  readonly components: readonly ComponentStatus[];
}

/** A part of the agent, as its own extension tells of it. */
export interface ComponentStatus {
  readonly name: string;
  readonly healthy: boolean;
  readonly status: string;
  readonly error: string | null;
  readonly components: readonly ComponentStatus[];
}

/** What is known of the agent at this moment. */
export function agentStatus(state: State, core: CoreSettings, now: StatusMoment): AgentStatus {
  const { clock, identity, packages, history } = state;
  const { process: agent, gapSince } = state.agent;
  const running = "startedAt" in agent ? agent : undefined;
  const binary = running?.generation.binary ?? packages.accepted ?? localBinary(state, core);
  const facts = binary.facts ?? identity.binary;
  const { lastEnd, lastGap } = history;
  return {
    state: agent.at,
    name: facts?.name ?? null,
    version: binary.package?.version ?? facts?.version ?? null,
    executable: binary.path,
    pid: running?.pid ?? null,
    startedAt: dateOrNull(clock, running?.startedAt),
    uptimeSeconds: running === undefined ? null : secondsSince(running.startedAt, now),
    healthySince: dateOrNull(clock, agent.at === "up" ? agent.healthySince : undefined),
    restarts: {
      count: history.restarts,
      afterCrash: history.crashes,
      last:
        lastEnd === undefined
          ? null
          : { at: dateOf(clock, lastEnd.at), planned: lastEnd.planned, why: lastEnd.why },
    },
    lastGap:
      lastGap === undefined
        ? null
        : {
            at: dateOf(clock, lastGap.since),
            lastedMs: Math.round(lastGap.lastedMs),
            why: lastGap.why,
          },
    silentSince: dateOrNull(clock, gapSince),
    dataFlowProblem: state.dataFlow?.problem ?? null,
    components: agent.at === "up" ? componentsOf(state.extension.health) : [],
  };
}

/** Deeper than a pipeline and its components nobody tells. */
const maxDepth = 6;

function componentsOf(health: ComponentHealth | undefined, depth = 0): readonly ComponentStatus[] {
  if (depth === maxDepth) return [];
  return [...(health?.componentHealthMap ?? [])].map(([name, one]) => ({
    name,
    healthy: one.healthy === true,
    status: one.status ?? "",
    error: one.lastError === undefined || one.lastError === "" ? null : one.lastError,
    components: componentsOf(one, depth + 1),
  }));
}
