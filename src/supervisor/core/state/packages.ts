import type { BinaryFacts, RemoteConfig } from "../../../agent-config/config.ts";
import type { AgentBinary, Generation, PackageVersion } from "./generation.ts";
import type { Instant, WallTime } from "./time.ts";

/** A file that a server offers for download. */
export interface OfferedFile {
  readonly url: string;
  /** SHA-256 of the file, hex; empty when the server sent none. */
  readonly contentHash: string;
  /** Hex; undefined when the server sent none. */
  readonly signature: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A package as a server offers it: the agent's binary, or files beside it. */
export interface OfferedPackage {
  /** Empty for the only top-level one of some servers. */
  readonly name: string;
  readonly kind: "agent" | "addon";
  readonly version: string;
  /** Opaque, hex. */
  readonly hash: string;
  readonly file: OfferedFile;
  /** Why it cannot be taken, whatever the file is. */
  readonly problem: string | undefined;
}

/** All that a server wants to be installed. */
export interface PackagesOffer {
  /** Opaque, hex. */
  readonly allHash: string;
  readonly packages: readonly OfferedPackage[];
  /** Why it is no offer at all; what is installed stays. */
  readonly problem: string | undefined;
}

/** A package on disk, whole and proved. */
export interface InstalledPackage extends PackageVersion {
  readonly kind: "agent" | "addon";
  /** The agent's program; undefined for an add-on. */
  readonly executable: string | undefined;
}

/** What is going on with the package that is being fetched. */
export interface PackageProgress {
  readonly phase: "downloading" | "installing";
  /** 0 to 100; 0 where the size is not known. */
  readonly percent: number;
  readonly bytesPerSecond: number;
}

/** The one package that is being fetched and unpacked. */
export interface PackageUnderWay {
  readonly offered: OfferedPackage;
  readonly progress: PackageProgress;
}

/** A version that could not be installed, or did not prove itself. */
export interface PackageFailure {
  readonly name: string;
  readonly version: string;
  readonly hash: string;
  readonly contentHash: string;
  readonly why: string;
  /** Not tried again before this moment; Infinity: not at all. */
  readonly until: Instant;
  readonly times: number;
  /** True when the binary itself was at fault, wherever it came from; false when the file could not be had or proved. */
  readonly ran: boolean;
  /** `wait`: it is fetched again by itself then; `offer`: only when it is offered again. */
  readonly again: "wait" | "offer";
}

/** A binary that waits for its turn. */
export interface ReadyBinary {
  readonly binary: AgentBinary;
  /** True when it is to be tried with the configuration that runs, whatever else was offered. */
  readonly alone: boolean;
}

/** An offer that the agent's binary refuses, and that is tried with the binary that is on its way. */
export interface TogetherWith {
  readonly remote: RemoteConfig;
  readonly why: string;
}

/** What a binary that was taken up has to go back to, as long as it is on probation. */
export interface FormerBinary {
  readonly generation: Generation;
  readonly until: Instant;
  /** Ends of the agent since the change that nobody asked for. */
  readonly crashes: number;
}

/** The binary before the one in force, for a person who wants to go back. */
export interface EarlierBinary {
  readonly binary: AgentBinary;
  readonly until: WallTime;
}

/** The binary of supervisor.yaml could not take the place of one that is not offered any more. */
export interface LocalFailure {
  readonly offer: PackagesOffer | undefined;
  /** The generation that it could not run, or that it was tried in place of. */
  readonly generation: number | undefined;
  readonly why: string;
}

/** What servers offer of packages, and what came of it. */
export interface Packages {
  /** The newest; undefined while none was made. */
  readonly offer: PackagesOffer | undefined;
  /** One that came too soon after others; in memory only, as are the two that follow. */
  readonly held: PackagesOffer | undefined;
  /** How far offers and trials have run ahead of their pace; a moment that is past means: not at all. */
  readonly offerPace: Instant;
  readonly trialPace: Instant;
  /** Those of servers that are on disk and in use; of the agent's the one in force. */
  readonly installed: readonly InstalledPackage[];
  readonly underWay: PackageUnderWay | undefined;
  readonly failures: readonly PackageFailure[];
  readonly ready: ReadyBinary | undefined;
  /** The binary that is on trial; the local one when an offer is withdrawn. */
  readonly trying: AgentBinary | undefined;
  /** Content hash of what was on trial last and how often a life ended in it. */
  readonly attempt: { readonly contentHash: string; readonly times: number } | undefined;
  /** The binary that configurations are for; undefined: the one that supervisor.yaml names. */
  readonly accepted: AgentBinary | undefined;
  readonly together: TogetherWith | undefined;
  readonly former: FormerBinary | undefined;
  readonly earlier: EarlierBinary | undefined;
  /** A person keeps what runs: nothing that is offered is taken. */
  /** Not tried again for the same offer and the same configuration. */
  readonly localFailure: LocalFailure | undefined;
  readonly pinned: boolean;
  /** True when something may lie on disk that nobody needs. */
  readonly unswept: boolean;
}

/** Before anything was offered. */
export const noPackages: Packages = {
  offer: undefined,
  held: undefined,
  offerPace: 0,
  trialPace: 0,
  installed: [],
  underWay: undefined,
  failures: [],
  ready: undefined,
  trying: undefined,
  attempt: undefined,
  accepted: undefined,
  together: undefined,
  former: undefined,
  earlier: undefined,
  localFailure: undefined,
  pinned: false,
  unswept: false,
};

/** An agent's program that has been fetched, with what it says of itself. */
export function packagedBinary(
  { name, version, hash, contentHash, directory, executable }: InstalledPackage,
  facts: BinaryFacts | undefined,
): AgentBinary {
  const from = { name, version, hash, contentHash, directory };
  return { path: executable ?? "", facts, package: from };
}
