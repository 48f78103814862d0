import type { EffectiveConfig, ComponentDetails } from "../opamp-client/wire/messages.ts";

/** A value in a configuration that refers to a file of ours. */
export interface OfferedValue {
  /** Keys as they are written; list items are `[0]`. */
  readonly path: readonly string[];
  /** What stands there. */
  readonly text: string;
  /** What it refers to, for the local rules; undefined where nothing in it is theirs to judge. */
  readonly judged: string | undefined;
}
/** SHA-256 of a rendered configuration, hex. */
export type Hash = string & { readonly __hash: never };

/** What a server offered as remote configuration. The hash is opaque: it is echoed, never computed. */
export interface RemoteConfig {
  /** `config_hash` of the offer, hex; empty when the server sent none. */
  readonly hash: string;
  /** SHA-256 over names, types and bodies: our own way to see that two offers are the same. */
  readonly digest: string;
  readonly files: readonly RemoteFile[];
  /** Why it cannot be read, for example because its bytes are no text; undefined when it can. */
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
  /** False where there is to be no process: for an explicitly empty remote configuration without a local one, and for a parked agent that cannot idle. */
  readonly runs: boolean;
  /** True for the supervisor's own no-operation configuration. */
  readonly parked: boolean;
  readonly probe: ProbeTarget | undefined;
  /** host:port of the agent's own metrics when the supervisor added the reader. */
  readonly ownMetrics: string | undefined;
  /** host:port of the health check when the supervisor added it. */
  readonly ownHealthCheck?: string | undefined;
  /** Where the agent's own metrics can be read; undefined when it has no Prometheus reader. */
  readonly metrics: string | undefined;
  /** Components of its pipelines under the names of their metrics; undefined when it was read back from disk. */
  readonly flows: ReadonlySet<string> | undefined;
  /** True when no pipeline can move data. */
  readonly idle: boolean;
  /** What a person should know about how the layers were read. */
  readonly warnings: readonly string[];
  /** Secrets that the text refers to, each a file of its own below `CoreSettings.filesDirectory`. */
  readonly files: readonly SecretFile[];
  /** Where the text refers to them; nothing when it was read back from disk. */
  readonly offered: readonly OfferedValue[];
  /** Offered connections whose names no exporter and no extension has. */
  readonly unknownConnections: readonly string[];
  /** True when it sends metrics or logs of its own: if the last of them cannot be sent, a reload ends the agent. */
  readonly flushes: boolean;
  /** What it says of the agent's name, namespace and version in plain text, by their attributes. */
  readonly resource: Readonly<Record<string, string>>;
  /** Only where the agent's extension tells of its receivers, and where their binary may restart them alone. */
  readonly parts?: ReloadParts | undefined;
  /** The same text in the form in which the server gets it, made once. */
  readonly effective: EffectiveConfig;
}

/** A configuration as it matters to a reload that restarts receivers alone; plain data, for the journal. */
export interface ReloadParts {
  /** Digest of everything but the receivers and who uses them. */
  readonly rest: string;
  readonly receivers: readonly (readonly [id: string, ReceiverDigests])[];
  /** The receivers of each pipeline that are no connectors. */
  readonly pipelines: readonly (readonly [id: string, receivers: readonly string[]])[];
}

/** Digests of a receiver's settings: as they are written, and however they are quoted and ordered. */
export interface ReceiverDigests {
  readonly exact: string;
  readonly loose: string;
}

/** The ports of what the supervisor adds by itself: others than the usual ones where those are taken. */
export interface OwnPorts {
  readonly healthCheck: number;
  readonly metrics: number;
}

/** The ports that the collector's documentation names. */
export const usualPorts: OwnPorts = { healthCheck: 13_133, metrics: 8888 };

/** A file that a configuration refers to; its name tells its content, so that it never changes. */
export interface SecretFile {
  readonly name: string;
  readonly text: string;
}

/** What is known of the binary. */
export interface BinaryFacts {
  readonly name: string;
  readonly version: string;
  /** Who says so: itself, what it was built from, or nobody but the name of its file. */
  readonly knownBy: "answers" | "build" | "file";
  /** `validate` exists. */
  readonly validates: boolean;
  readonly hasHealthCheck: boolean;
  readonly hasNop: boolean;
  /** The receiver `filelog` and the exporter `debug`, with which it can idle too. */
  readonly hasFilelog: boolean;
  /** It has the `opamp` extension and takes the settings that we give it. */
  readonly hasOpampExtension: boolean;
  /** The gate `service.AllowNoPipelines` exists. */
  readonly allowsNoPipelines: boolean;
  /** The gate `service.partialReload` exists: with it, a SIGHUP may restart receivers alone. */
  readonly reloadsInPart: boolean;
  /** It has gates for reloads in part that we do not know. */
  readonly otherPartGates?: boolean;
  /** It is too old for the reader of its own metrics that is usually added. */
  readonly refusesReader?: boolean;
  /** Which form of `service.telemetry.resource` it accepts. */
  readonly resourceForm: "inline" | "attributes";
  readonly components: ReadonlyMap<string, ComponentDetails>;
  /** SHA-256 over the sorted component list, hex. */
  readonly componentsHash: string;
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
  /** A layer of ours, for a binary with the `opamp` extension. Alone it makes no configuration. */
  readonly forExtension?: true;
  /** An empty layer that keeps the place for what is offered for own telemetry. */
  readonly forTelemetry?: true;
}
