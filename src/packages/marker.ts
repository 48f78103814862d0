import { join } from "node:path";
import { statSync } from "node:fs";
import { writeFileAtomic } from "../files/atomic-file.ts";
import { readRegularText } from "../files/regular-file.ts";
import type { InstalledPackage, PackageKind } from "./package-order.ts";

/** What `package.json` in the directory of a version says; it is written last, so that what it says is there. */
export interface Marker {
  readonly name: string;
  readonly kind: PackageKind;
  readonly version: string;
  readonly hash: Uint8Array;
  readonly contentHash: Uint8Array;
  /** Relative to `files/`. */
  readonly executable: string | undefined;
  /** The size of that file: one that has another is not what was installed. */
  readonly executableBytes: number | undefined;
  /** By which rule of trust it was let in. */
  readonly trust: string;
}

const maxMarkerBytes = 64 * 1024;

/** The folder of a version in which its files are. */
export const filesFolder = "files";

/** Writes the marker of a version. */
export function writeMarker(directory: string, marker: Marker): void {
  const { hash, contentHash, ...rest } = marker;
  const text = { ...rest, hash: hexOf(hash), contentHash: hexOf(contentHash), format: 1 };
  writeFileAtomic(markerPath(directory), `${JSON.stringify(text, undefined, 2)}\n`);
}

/** The marker of a version; undefined where there is none that is whole, or what it names is not there. */
export function readMarker(directory: string): Marker | undefined {
  try {
    const read: unknown = JSON.parse(readRegularText(markerPath(directory), maxMarkerBytes));
    const marker = markerOf(read);
    return marker !== undefined && isThere(directory, marker) ? marker : undefined;
  } catch {
    return undefined;
  }
}

/** A version as others see it. */
export function installedOf(directory: string, marker: Marker): InstalledPackage {
  const { name, kind, version, hash, contentHash, executable } = marker;
  return {
    ...{ name, kind, version, hash, contentHash, directory },
    ...(executable === undefined ? {} : { executable: join(directory, filesFolder, executable) }),
  };
}

function markerPath(directory: string): string {
  return join(directory, "package.json");
}

function isThere(directory: string, { executable, executableBytes }: Marker): boolean {
  if (executable === undefined) return statSync(join(directory, filesFolder)).isDirectory();
  const found = statSync(join(directory, filesFolder, executable));
  return found.isFile() && found.size === executableBytes && (found.mode & 0o100) !== 0;
}

function markerOf(read: unknown): Marker | undefined {
  if (typeof read !== "object" || read === null) return undefined;
  const fields = read as Record<string, unknown>;
  const { name, kind, version, executable, executableBytes, trust, format } = fields;
  const [hash, contentHash] = [bytesOf(fields["hash"]), bytesOf(fields["contentHash"])];
  if (format !== 1 || typeof name !== "string" || typeof version !== "string") return undefined;
  if (typeof trust !== "string" || hash === undefined || contentHash?.length !== 32)
    return undefined;
  if (kind === "addon" && executable === undefined) {
    return {
      name,
      kind,
      version,
      hash,
      contentHash,
      trust,
      executable,
      executableBytes: undefined,
    };
  }
  if (kind !== "agent" || typeof executable !== "string") return undefined;
  // It may have been written by somebody else.
  if (executable.startsWith("/") || executable.split("/").includes("..")) return undefined;
  if (typeof executableBytes !== "number") return undefined;
  return { name, kind, version, hash, contentHash, trust, executable, executableBytes };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function bytesOf(text: unknown): Uint8Array | undefined {
  if (typeof text !== "string" || !/^([0-9a-f]{2})*$/.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text, "hex"));
}
