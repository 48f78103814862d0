import type { ComponentDetails, EffectiveConfig } from "../../opamp-client/messages.ts";
import type { AgentState } from "./agent-state.ts";
import { type Connections, noConnections } from "./connections.ts";
import { type ExtensionState, silentExtension } from "./extension.ts";
import type { FlowWatch } from "./flow-watch.ts";
import type { Desired } from "./reduce-restart.ts";
import type { LogWatch } from "./log-watch.ts";
import { noOffers, type Offers } from "./offers.ts";
import type { OfferedValue } from "./secret-files.ts";
import type { Crashes, Failure, Probation, Trial } from "./trials.ts";
import type { Verdict } from "./verdict.ts";

/** Milliseconds since the epoch. Enters the core only inside events. */
export type Instant = number;
/** SHA-256 of a rendered configuration, hex. */
export type Hash = string & { readonly __hash: never };
/** Numbers the starts of the agent; every fact about a child carries it. */
export type Run = number;

/** What a server offered as remote configuration. The hash is opaque: it is echoed, never computed. */
export interface RemoteConfig {
  /** `config_hash` of the offer, hex; empty when the server sent none. */
  readonly hash: string;
  /** SHA-256 over names, types and bodies: our own way to see that two offers are the same. */
  readonly digest: string;
  readonly files: readonly RemoteFile[];
  /** Why it cannot even be read, for example bytes that are no text; undefined when it can. */
  readonly problem: string | undefined;
}

export interface RemoteFile {
  readonly name: string;
  readonly text: string;
}

/** Where the agent's health can be asked for. */
export interface ProbeTarget {
  readonly url: string;
}

/** The layers joined: what the agent is to run. */
export interface RenderedConfig {
  readonly hash: Hash;
  readonly text: string;
  /** False for an explicitly empty remote configuration without a local one: the agent is stopped. */
  readonly runs: boolean;
  /** True for the supervisor's own no-operation configuration. */
  readonly parked: boolean;
  readonly probe: ProbeTarget | undefined;
  /** host:port of the agent's own metrics when the supervisor added the reader. */
  readonly ownMetrics: string | undefined;
  /** Where the agent's own metrics can be read; undefined when it has no Prometheus reader. */
  readonly metrics: string | undefined;
  /** Components of its pipelines under the names of their metrics; undefined when it was read back from disk. */
  readonly flows: ReadonlySet<string> | undefined;
  /** True when no pipeline can move data. */
  readonly idle: boolean;
  /** What a person should know about how the layers were read. */
  readonly warnings: readonly string[];
  /** Secrets that the text refers to, each a file of its own below `Policy.filesDirectory`. */
  readonly files: readonly SecretFile[];
  /** Where the text refers to them; nothing when it was read back from disk. */
  readonly offered: readonly OfferedValue[];
  /** Offered connections whose names no exporter and no extension has. */
  readonly unknownConnections: readonly string[];
  /** True when it sends metrics or logs of its own: what cannot be sent any more ends the agent in a reload. */
  readonly flushes: boolean;
  /** What it says of the agent's name, namespace and version in plain text, by their attributes. */
  readonly resource: Readonly<Record<string, string>>;
  /** The same text as the server is told it, made once. */
  readonly effective: EffectiveConfig;
}

/** A file that a configuration refers to; its name tells its content, so that it never changes. */
export interface SecretFile {
  readonly name: string;
  readonly text: string;
}

/** An immutable numbered configuration on disk. */
export interface Generation {
  readonly number: number;
  readonly config: RenderedConfig;
  /** The remote configuration that is part of it. */
  readonly remote: RemoteConfig | undefined;
  /** What servers have offered of connections that is part of it. */
  readonly connections: Connections;
  /** Digest of everything that it was rendered from; the same again need not be rendered. */
  readonly sources: string | undefined;
  /** True when an offer made all pipelines nop where others had been: reported, never reverted. */
  readonly silences: boolean;
}

/** A configuration on its way to become a generation. */
export interface Candidate extends Generation {
  /** `new`: waits for validation; `validating`: the binary is asked; `valid`: waits to be written. */
  readonly at: "new" | "validating" | "valid";
  /** How long the binary took to validate it; 0 when it did not. */
  readonly validationMs: number;
}

/** What the binary says of itself. */
export interface BinaryFacts {
  readonly name: string;
  readonly version: string;
  /** `validate` exists. */
  readonly validates: boolean;
  readonly hasHealthCheck: boolean;
  readonly hasNop: boolean;
  /** It has the `opamp` extension and takes the settings that we give it. */
  readonly hasOpampExtension: boolean;
  /** The gate `service.AllowNoPipelines` exists. */
  readonly allowsNoPipelines: boolean;
  /** Which form of `service.telemetry.resource` it accepts. */
  readonly resourceForm: "inline" | "attributes";
  readonly components: ReadonlyMap<string, ComponentDetails>;
  /** SHA-256 over the sorted component list, hex. */
  readonly componentsHash: string;
}

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

/** A local layer as it was read at the start. */
export interface LocalLayer {
  readonly name: string;
  readonly text: string;
  /**
   * `base`: below the remote configuration; `over`: after it in `config_files`; `protected`: always on top; `fallback`:
   * instead of all others until a server was reached for the first time.
   */
  readonly place: "base" | "over" | "protected" | "fallback";
  /** Ours, for a binary with the `opamp` extension; makes no configuration by itself. */
  readonly forExtension?: true;
  /** Holds the place of what is offered for own telemetry. */
  readonly forTelemetry?: true;
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
  readonly silentSince: Instant | undefined;
  readonly nextRun: Run;
  readonly crashes: Crashes;
  /** Undefined where the flow of data is not watched. */
  readonly watch: FlowWatch | undefined;
  /** Undefined where the agent writes no log of its own. */
  readonly log: LogWatch | undefined;
  readonly extension: ExtensionState;
  readonly offers: Offers;
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
    silentSince: undefined,
    nextRun: 1,
    crashes: { count: 0, notBefore: 0, last: undefined, forcedKills: 0 },
    watch: undefined,
    log: undefined,
    extension: silentExtension,
    offers: noOffers,
  };
}
