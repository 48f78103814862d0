import { join } from "node:path";
import type { Manifest } from "./manifest.ts";
import type { CollectorOptions } from "./options.ts";

/** Where the downloaded program of a release lies in the cache. */
export function releasedProgramFile(options: CollectorOptions): string {
  const key = `release-${options.platform}-${options.architecture}`;
  return join(versionDirectory(options, options.version), key, options.distribution);
}

/** Where the program that was built from this manifest lies in the cache. */
export function builtProgramFile(options: CollectorOptions, manifest: Manifest): string {
  const key = `build-${options.platform}-${options.architecture}-${manifest.hash}`;
  const version = manifest.version ?? options.version;
  return join(versionDirectory(options, version), key, manifest.name);
}

/** Where archives are kept until they are complete and unpacked. */
export function downloadsDirectory(options: CollectorOptions): string {
  return join(options.cacheDirectory, "downloads");
}

/** Work in progress; only the holder of the lock may touch it. */
export function workDirectory(options: CollectorOptions): string {
  return join(options.cacheDirectory, "work");
}

/** Held by the one process that installs into this cache. */
export function lockDirectory(options: CollectorOptions): string {
  return join(options.cacheDirectory, "install.lock");
}

/** Where a Go of our own is kept. */
export function goDirectory(options: CollectorOptions, goVersion: string): string {
  return join(
    options.cacheDirectory,
    `go-${goVersion}-${options.platform}-${options.architecture}`,
  );
}

function versionDirectory(options: CollectorOptions, version: string): string {
  return join(options.cacheDirectory, "collectors", version);
}
