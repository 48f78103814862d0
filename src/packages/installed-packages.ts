import { type Dirent, readdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { join, sep } from "node:path";
import { installedOf, readMarker } from "./marker.ts";
import type { InstalledPackage } from "./package-order.ts";
import { downloadsFolder, isOurs } from "./package-paths.ts";

/** All packages below a directory that are whole; what is damaged is not there. Never throws. */
export function installedPackages(directory: string): readonly InstalledPackage[] {
  return versionDirectories(directory).flatMap((each) => {
    const marker = readMarker(each);
    return marker === undefined ? [] : [installedOf(each, marker)];
  });
}

/**
 * Removes the directory of a version, unless it, or something in it, is in use: then false. The name is gone first, so
 * that half of it is never taken for a package.
 */
export function removePackage(directory: string, inUse: readonly string[]): boolean {
  if (isUsed(directory, inUse)) return false;
  const doomed = `${join(directory, "..")}${sep}.removed-${directory.slice(directory.lastIndexOf(sep) + 1)}`;
  rmSync(doomed, { recursive: true, force: true });
  renameSync(directory, doomed);
  rmSync(doomed, { recursive: true, force: true });
  return true;
}

/** What a sweep leaves alone. */
export interface SweepLimits {
  /** Paths of directories or of programs in them. */
  readonly inUse: readonly string[];
  /** Content hashes, in hexadecimal digits, whose downloads are still to be gone on with. */
  readonly wanted: readonly string[];
}

/**
 * Clears away what killed installations and removals have left: unfinished directories, those without a whole marker,
 * and downloads that nobody waits for. Not to be called while something is installed. Never throws.
 */
export function sweepPackages(directory: string, { inUse, wanted }: SweepLimits): void {
  for (const folder of entriesOf(directory).filter((each) => each.isDirectory())) {
    if (isOurs(folder.name)) continue;
    for (const { name } of entriesOf(join(directory, folder.name))) {
      const path = join(directory, folder.name, name);
      const isWhole = !isOurs(name) && readMarker(path) !== undefined;
      if (!isWhole && !isUsed(path, inUse)) removeQuietly(path);
    }
  }
  for (const { name } of entriesOf(downloadsFolder(directory))) {
    const [hash = ""] = name.split(".");
    if (!wanted.includes(hash)) removeQuietly(join(downloadsFolder(directory), name));
  }
}

function versionDirectories(directory: string): readonly string[] {
  return entriesOf(directory)
    .filter((each) => each.isDirectory() && !isOurs(each.name))
    .flatMap(({ name }) =>
      entriesOf(join(directory, name))
        // A link is nobody's version: what it leads to may be another one.
        .filter((each) => each.isDirectory() && !isOurs(each.name))
        .map((version) => join(directory, name, version.name)),
    );
}

function isUsed(directory: string, inUse: readonly string[]): boolean {
  const [own, ...used] = [directory, ...inUse].map(realOf);
  return used.some((each) => each === own || each.startsWith(`${own ?? ""}${sep}`));
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).toSorted((one, other) =>
      one.name < other.name ? -1 : 1,
    );
  } catch {
    return [];
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The next sweep tries it again.
  }
}
