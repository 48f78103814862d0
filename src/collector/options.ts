import { resolve, isAbsolute, join } from "node:path";
import type { Limits } from "../download/limits.ts";

/** The release that is downloaded, and the builder that is run, unless another version is asked for. */
export const collectorVersion = "0.158.0";

const officialReleasesUrl =
  "https://github.com/open-telemetry/opentelemetry-collector-releases/releases/download";

/**
 * The ways to a collector, in the order in which they are tried.
 *
 * - `variable`: the path in `$OTELCOL`
 * - `configured`: the executable that the settings name
 * - `path`: a well-known name on `$PATH`
 * - `cache`: one that was downloaded or built before
 * - `release`: the official archive of this platform
 * - `build`: made from source by the OpenTelemetry Collector Builder
 */
export type Way = "variable" | "configured" | "path" | "cache" | "release" | "build";

/** All ways, for those who have no reason to leave one out. */
export const allWays: readonly Way[] = [
  "variable",
  "configured",
  "path",
  "cache",
  "release",
  "build",
];

/** Limits that a slow machine on a slow line still keeps. */
export const defaultLimits: Limits = {
  connectMs: 5_000,
  stallMs: 20_000,
  versionCheckMs: 20_000,
  buildMs: 3_600_000,
  maxCheckFileBytes: 1_048_576,
  maxArchiveBytes: 536_870_912,
  maxProgramBytes: 1_073_741_824,
};

/** Everything that finding or getting a collector depends on; nothing else is read from the process. */
export interface CollectorOptions {
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly configuredExecutable: string | undefined;
  readonly cacheDirectory: string;
  /** In Node's words (`linux`, `x64`). */
  readonly platform: string;
  readonly architecture: string;
  /** Without a leading `v`. */
  readonly version: string;
  /** Which official distribution is downloaded. */
  readonly distribution: string;
  /** The builder's manifest; its text is a part of the cache's key. */
  readonly manifestFile: string;
  /** A main.go in the place of the builder's own; a part of the key too. */
  readonly mainFile: string | undefined;
  /** The address under which `v<version>/<artifact>` lies. */
  readonly releasesUrl: string;
  readonly ways: readonly Way[];
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

/** What the caller knows of the process and the installation. */
interface Surroundings {
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly platform: string;
  readonly architecture: string;
  readonly manifestFile: string;
  readonly mainFile?: string | undefined;
  readonly configuredExecutable?: string | undefined;
  readonly signal: AbortSignal;
}

/** Options for everyday use; the environment may move the cache and the address of the releases. */
export function defaultCollectorOptions(surroundings: Surroundings): CollectorOptions {
  return {
    ...surroundings,
    configuredExecutable: surroundings.configuredExecutable,
    mainFile: surroundings.mainFile,
    cacheDirectory: cacheDirectoryFor(surroundings),
    version: collectorVersion,
    // Of the official distributions it is the one with the opamp extension.
    distribution: "otelcol-contrib",
    releasesUrl: variable(surroundings, "OPAMPSUPERVISOR_RELEASES_URL") ?? officialReleasesUrl,
    ways: allWays,
    limits: defaultLimits,
  };
}

/** A variable's value; an empty one counts as unset, as in a shell's `${NAME:-default}`. */
export function variable(
  { environment }: { readonly environment: ReadonlyMap<string, string> },
  name: string,
): string | undefined {
  const value = environment.get(name);
  return value === "" ? undefined : value;
}

function cacheDirectoryFor(surroundings: Surroundings): string {
  const own = variable(surroundings, "OPAMPSUPERVISOR_CACHE");
  if (own !== undefined) return resolve(surroundings.workingDirectory, own);
  const shared = variable(surroundings, "XDG_CACHE_HOME");
  // The base directory specification says that a relative value is to be ignored.
  const base =
    shared !== undefined && isAbsolute(shared)
      ? shared
      : join(surroundings.homeDirectory, ".cache");
  return join(base, "opampsupervisor");
}
