import type { ConnectionOptions } from "node:tls";
import type { OnProgress } from "../download/meter.ts";
import type { KillPoint } from "../files/kill-point.ts";
import type { ProxyChoice } from "../net/proxy.ts";
import type { TrustRule } from "./trust/trust-rule.ts";

/** `agent`: the collector's own program; `addon`: files beside it. */
export type PackageKind = "agent" | "addon";

/** A package as a server offers it. */
export interface PackageOrder {
  /** May be empty for the collector. */
  readonly name: string;
  readonly kind: PackageKind;
  readonly version: string;
  /** The server's own mark, kept and compared only. */
  readonly hash: Uint8Array;
  readonly file: OfferedFile;
}

export interface OfferedFile {
  readonly url: string;
  /** SHA-256, 32 bytes. */
  readonly contentHash: Uint8Array;
  readonly signature?: Uint8Array;
  /** Sent to the server that the address names, and to no other. Values may be secret. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** What this host says of packages, whatever a server offers (`agent.packages`). */
export interface PackageRules {
  readonly trust: TrustRule;
  /** Hosts, `*.` for all below one, and directories as file:///path; undefined: any host by https, no directory. */
  readonly allowedHosts: readonly string[] | undefined;
  /** Names of packages, the empty one for the collector; undefined: any. */
  readonly allowedNames: readonly string[] | undefined;
  readonly lowestVersion: string | undefined;
  /** Where a file is looked for before its own address: prefixes that its path is put behind. */
  readonly mirrors: readonly string[];
  /** What a file may have. */
  readonly maxBytes: number;
  /** How long one download may take. */
  readonly timeoutMs: number;
  /** The name or path of the collector in an archive; undefined: that of `agentExecutable`. */
  readonly executable: string | undefined;
  /** The base name of agent.executable; empty where there is none. */
  readonly agentExecutable: string;
}

/** How files are got: what belongs to this host and not to the rules. */
export interface PackageWay {
  readonly environment: ReadonlyMap<string, string>;
  readonly proxy: ProxyChoice;
  /** Hosts that may be asked without encryption, beside those of `allowedHosts`: the server's own where its link has none. */
  readonly plainHosts: readonly string[];
  /** What a connection to a host is encrypted with; the server's own host may have authorities of its own. */
  readonly tlsFor: (host: string) => ConnectionOptions;
}

/** Where packages lie. */
export interface PackagePlace {
  /** `STORAGE/packages` */
  readonly directory: string;
  readonly passing?: KillPoint;
}

/** What one installation is done with. */
export interface InstallTerms {
  readonly signal: AbortSignal;
  readonly way: PackageWay;
  /** Called at the beginning and the end of a download, and every few seconds in between. */
  readonly onProgress?: OnProgress;
  /** What is free on the disk of a directory, in place of what the system says. */
  readonly freeBytes?: (directory: string) => number;
}

/** A package that lies on disk whole, and was trusted when it came. */
export interface InstalledPackage {
  readonly name: string;
  readonly kind: PackageKind;
  readonly version: string;
  readonly hash: Uint8Array;
  readonly contentHash: Uint8Array;
  /** Absolute. */
  readonly directory: string;
  /** Absolute; always there for the collector. */
  readonly executable?: string;
}

/** Why a package was not installed. `later`: the same may go well another time. */
export interface PackageFailure {
  /** A sentence for people. */
  readonly reason: string;
  readonly retry: "later" | "never";
  /** Not before so long, where the other side named a time. */
  readonly afterMs?: number;
}

/** What became of an order. */
export type InstallOutcome =
  | { readonly ok: true; readonly value: InstalledPackage }
  | { readonly ok: false; readonly error: PackageFailure };
