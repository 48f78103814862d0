import type { Connections } from "../../../agent-config/connections.ts";
import type { BinaryFacts, RenderedConfig, RemoteConfig } from "../../../agent-config/config.ts";

/** A version of a package as it lies on disk; hashes in hex. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string;
  /** Opaque, as the server gave it. */
  readonly hash: string;
  /** SHA-256 of the file that it came in. */
  readonly contentHash: string;
  readonly directory: string;
}

/** A collector's binary, and what is known of it. */
export interface AgentBinary {
  readonly path: string;
  /** Undefined until it has been asked. */
  readonly facts: BinaryFacts | undefined;
  /** What a server delivered it in; undefined for the binary that supervisor.yaml names. */
  readonly package?: PackageVersion;
}

/** Which one that is has yet to be said. */
export const unknownBinary: AgentBinary = { path: "", facts: undefined };

/** An immutable numbered configuration on disk, with the binary that it is for. */
export interface Generation {
  readonly number: number;
  readonly config: RenderedConfig;
  /** The remote configuration that is part of it. */
  readonly remote: RemoteConfig | undefined;
  /** The program that runs it. */
  readonly binary: AgentBinary;
  /** What servers have offered of connections that is part of it. */
  readonly connections: Connections;
  /** Digest of everything that it was rendered from; the same again need not be rendered. */
  readonly sources: string | undefined;
  /** True when an offer made all pipelines nop where others had been: reported, never reverted. */
  readonly stopsData: boolean;
}

/** A configuration on its way to become a generation. */
export interface Candidate extends Generation {
  /** `new`: waits for validation; `validating`: the binary is asked; `valid`: waits to be written. */
  readonly at: "new" | "validating" | "valid";
  /** How long the binary took to validate it; 0 when it did not. */
  readonly validationMs: number;
}
