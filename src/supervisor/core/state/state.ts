import type { Desired, AgentState } from "./agent.ts";
import { type Connections, noConnections } from "../../../agent-config/connections.ts";
import { type ExtensionState, silentExtension } from "./extension-state.ts";
import type { FlowWatch } from "./data-flow.ts";
import type { LogWatch } from "./log-watch.ts";
import { type ConnectionOffers, noConnectionOffers } from "./offers.ts";
import type { BinaryFacts, LocalLayer, RemoteConfig } from "../../../agent-config/config.ts";
import type { Trial, Probation, Verdict, Failure, Crashes } from "./trials.ts";
import type { Instant, Run } from "./time.ts";
import type { Generation, Candidate } from "./generation.ts";

export interface Identity {
  /** UUID text, lower case. */
  readonly uid: string;
  /** Undefined until the binary has answered. */
  readonly binary: BinaryFacts | undefined;
  readonly asking: boolean;
  /** Why the binary could not be asked. */
  readonly problem: string | undefined;
  /** It is not asked before this. */
  readonly notBefore: Instant;
}

export interface State {
  readonly identity: Identity;
  readonly local: readonly LocalLayer[];
  /** True while the fallback layers stand for the others: no server reached yet and nothing else known. */
  readonly fallback: boolean;
  /** True once nothing that an earlier supervisor has left behind is in the way: no agent is started before. */
  readonly begun: boolean;
  /** Written by operators and server messages only. */
  readonly desired: Desired;
  /** What is to run. */
  readonly target: Generation | undefined;
  /** The last generation that proved itself; never undefined again once it was set. */
  readonly good: Generation | undefined;
  /** The one that was good before it: where to go back to when `good` turns out not to be. */
  readonly previous: Generation | undefined;
  /** Number of the generation that `effective.yaml` holds; undefined when that is not known. */
  readonly onDisk: number | undefined;
  /** True while that file is as an earlier supervisor left it. */
  readonly untouched: boolean;
  /** Number of the generation that is being written. */
  readonly writing: number | undefined;
  /** After a failed validation run or write: not before this. */
  readonly configNotBefore: Instant;
  readonly nextNumber: number;
  /** An offer that came before the binary was known. */
  readonly waiting: RemoteConfig | undefined;
  /** What is to be part of each configuration that is rendered from here on. */
  readonly connections: Connections;
  readonly candidate: Candidate | undefined;
  readonly trial: Trial | undefined;
  readonly probation: Probation | undefined;
  readonly verdict: Verdict;
  /** Digest and hash of the last offer that was looked at. */
  readonly lastOffer: { readonly hash: string; readonly digest: string } | undefined;
  readonly failures: readonly Failure[];
  /** The offer whose verdict is failed, for a retry; in memory only, so undefined after a start of the supervisor. */
  readonly failed: RemoteConfig | undefined;
  /** Why the layers could not be joined; undefined when they could. */
  readonly layersProblem: string | undefined;
  readonly agent: AgentState;
  /** Since when an agent that answered does not; undefined while it answers, before it ever did, and when it is not to run. */
  readonly gapSince: Instant | undefined;
  readonly nextRun: Run;
  readonly crashes: Crashes;
  /** Undefined where the flow of data is not watched. */
  readonly watch: FlowWatch | undefined;
  /** Undefined where the agent writes no log of its own. */
  readonly log: LogWatch | undefined;
  readonly extension: ExtensionState;
  readonly offers: ConnectionOffers;
}

/** The state before anything has happened. */
export function initialState(uid: string): State {
  return {
    identity: { uid, binary: undefined, asking: false, problem: undefined, notBefore: 0 },
    local: [],
    begun: false,
    fallback: false,
    desired: { run: "up", restarts: 0, restartedAt: undefined, restartDueAt: undefined },
    target: undefined,
    good: undefined,
    previous: undefined,
    onDisk: undefined,
    untouched: true,
    writing: undefined,
    configNotBefore: 0,
    nextNumber: 1,
    waiting: undefined,
    connections: noConnections,
    candidate: undefined,
    trial: undefined,
    probation: undefined,
    verdict: { is: "unset" },
    lastOffer: undefined,
    failures: [],
    failed: undefined,
    layersProblem: undefined,
    agent: { at: "down", since: 0 },
    gapSince: undefined,
    nextRun: 1,
    crashes: { count: 0, notBefore: 0, last: undefined, forcedKills: 0 },
    watch: undefined,
    log: undefined,
    extension: silentExtension,
    offers: noConnectionOffers,
  };
}
