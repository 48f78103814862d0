import type { AgentState, Desired } from "./agent.ts";
import { type ExtensionState, silentExtension } from "./extension-state.ts";
import type { FleetState } from "./workload.ts";
import type { FlowWatch } from "./data-flow.ts";
import { type History, noHistory } from "./history.ts";
import { freshPace, type HeldOffer, type OfferPace, type Validating } from "./held-offer.ts";
import { type LayersAsked, layersUnasked } from "./layers-asked.ts";
import type { LogWatch } from "./log-watch.ts";
import { type Packages, noPackages } from "./packages.ts";
import { type StorageState, soundStorage } from "./storage-state.ts";
import { type ConnectionOffers, noConnectionOffers } from "./offers.ts";
import {
  type BinaryFacts,
  type LocalLayer,
  type OwnPorts,
  type RemoteConfig,
  usualPorts,
} from "../../../agent-config/config.ts";
import {
  type Trial,
  type Probation,
  type Verdict,
  type Failure,
  type DeadlyOffer,
  type CommandLineTrial,
  type Crashes,
  type Rollback,
  noFaults,
} from "./trials.ts";
import type { Instant, Run } from "./time.ts";
import { type WallClock, clockAhead } from "./wall-clock.ts";
import type { Generation, Candidate } from "./generation.ts";

/** Who the agent is. */
export interface Identity {
  /** UUID text, lower case. */
  readonly uid: string;
  /** The newest id that the server gave too soon after others; in memory only. */
  readonly heldUid: string | undefined;
  /** How far new ids have run ahead of their pace; a moment that is past means: not at all. */
  readonly uidPace: Instant;
  /** Undefined until the binary has answered. */
  readonly binary: BinaryFacts | undefined;
  readonly asking: boolean;
  /** True when its file is another one than that which was asked. */
  readonly replaced: boolean;
  /** Why the binary could not be asked. */
  readonly problem: string | undefined;
  /** The binary is not asked before this moment. */
  readonly notBefore: Instant;
}

/** The configuration: what is to run, what came of it, and what was offered. */
export interface ConfigState {
  readonly local: readonly LocalLayer[];
  /** True while the fallback layers stand for the others: no server reached yet and nothing else known. */
  readonly fallback: boolean;
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
  /** When we wrote that file; undefined while it is as an earlier supervisor left it. */
  readonly writtenAt: Instant | undefined;
  /** Number of the generation that is being written. */
  readonly writing: number | undefined;
  /** After a failed validation run or write: not before this. */
  readonly notBefore: Instant;
  readonly nextNumber: number;
  /** An offer that came before the binary was known. */
  readonly waiting: RemoteConfig | undefined;
  readonly candidate: Candidate | undefined;
  readonly trial: Trial | undefined;
  readonly probation: Probation | undefined;
  /** Another object after each one, so that it can be told; in memory only. */
  readonly lastRollback: Rollback | undefined;
  readonly verdict: Verdict;
  /** In memory only, as are the two that follow: the server still has the offer after a start. */
  readonly held: HeldOffer | undefined;
  readonly pace: OfferPace;
  readonly validating: Validating | undefined;
  /** Digest and hash of the last offer that was looked at. */
  readonly lastOffer: { readonly hash: string; readonly digest: string } | undefined;
  readonly failures: readonly Failure[];
  /** In memory only: known from the note that an earlier supervisor left. */
  readonly deadly: DeadlyOffer | undefined;
  /** The offer whose verdict is failed, for a retry; in memory only, so undefined after a start of the supervisor. */
  readonly failed: RemoteConfig | undefined;
  /** Why the layers could not be joined; undefined when they could. */
  readonly problem: string | undefined;
  /** Where what the supervisor adds by itself is to listen. */
  readonly ownPorts: OwnPorts;
}

/** The agent: its process, and what its starts and ends so far mean for the next. */
export interface AgentSlice {
  readonly process: AgentState;
  /** True once nothing that an earlier supervisor has left behind is in the way: no agent is started before. */
  readonly begun: boolean;
  /** Since when an agent that answered does not; undefined while it answers, before it ever did, and when it is not to run. */
  readonly gapSince: Instant | undefined;
  /** We were late ourselves: until then, or until it answers, nothing is judged by the time that has passed. */
  readonly unseenUntil: Instant;
  /** When its file was last written again because somebody had changed it, and when somebody else last reloaded it. */
  readonly restoredAt: Instant | undefined;
  readonly strangeReloadAt: Instant | undefined;
  readonly nextRun: Run;
  readonly crashes: Crashes;
  /** A command line that has yet to prove itself; undefined while the one in use has. */
  readonly commandLine: CommandLineTrial | undefined;
  /** What is known of the pods of a workload; absent where the agent is one process. In memory only. */
  readonly fleet?: FleetState;
}

/** All that is known, a slice for each subject. */
export interface State {
  /** What a moment is as a date. */
  readonly clock: WallClock;
  readonly identity: Identity;
  /** Written by operators and server messages only. */
  readonly desired: Desired;
  readonly config: ConfigState;
  readonly agent: AgentSlice;
  /** Undefined where the flow of data is not watched. */
  readonly dataFlow: FlowWatch | undefined;
  /** Undefined where the agent writes no log of its own. */
  readonly log: LogWatch | undefined;
  readonly extension: ExtensionState;
  /** In memory only. */
  readonly layers: LayersAsked;
  readonly connections: ConnectionOffers;
  readonly packages: Packages;
  readonly storage: StorageState;
  readonly history: History;
}

const nothingConfigured: ConfigState = {
  local: [],
  fallback: false,
  target: undefined,
  good: undefined,
  previous: undefined,
  onDisk: undefined,
  untouched: true,
  writtenAt: undefined,
  writing: undefined,
  notBefore: 0,
  nextNumber: 1,
  waiting: undefined,
  candidate: undefined,
  trial: undefined,
  probation: undefined,
  lastRollback: undefined,
  verdict: { is: "unset" },
  held: undefined,
  pace: freshPace,
  validating: undefined,
  lastOffer: undefined,
  failures: [],
  deadly: undefined,
  failed: undefined,
  problem: undefined,
  ownPorts: usualPorts,
};

const neverStarted: AgentSlice = {
  process: { at: "down", since: 0 },
  begun: false,
  gapSince: undefined,
  unseenUntil: 0,
  restoredAt: undefined,
  strangeReloadAt: undefined,
  nextRun: 1,
  crashes: { count: 0, faults: noFaults, notBefore: 0, last: undefined, forcedKills: 0 },
  commandLine: undefined,
};

/** The state with these changes in its slice of the configuration. */
export function withConfig(state: State, changes: Partial<ConfigState>): State {
  return { ...state, config: { ...state.config, ...changes } };
}

/** The state with this clock; the same one when that is the clock it has. */
export function withClock(state: State, clock: WallClock): State {
  return clock === state.clock ? state : { ...state, clock };
}

/** The state with these changes in its slice of the agent. */
export function withAgent(state: State, changes: Partial<AgentSlice>): State {
  return { ...state, agent: { ...state.agent, ...changes } };
}

/** The state with these changes in what is known of the agent's extension. */
export function withExtension(state: State, changes: Partial<ExtensionState>): State {
  return { ...state, extension: { ...state.extension, ...changes } };
}

/** The state with these changes in what is known of packages. */
export function withPackages(state: State, changes: Partial<Packages>): State {
  return { ...state, packages: { ...state.packages, ...changes } };
}

/** The state before anything has happened. */
export function initialState(uid: string, clock: WallClock = clockAhead(0)): State {
  return {
    clock,
    identity: {
      ...{ uid, heldUid: undefined, uidPace: 0 },
      ...{ binary: undefined, asking: false, replaced: false, problem: undefined, notBefore: 0 },
    },
    desired: { run: "up", restarts: 0, restartedAt: undefined, restartDueAt: undefined },
    config: nothingConfigured,
    agent: neverStarted,
    dataFlow: undefined,
    log: undefined,
    extension: silentExtension,
    layers: layersUnasked,
    connections: noConnectionOffers,
    packages: noPackages,
    storage: soundStorage,
    history: noHistory,
  };
}
