import { createHash } from "node:crypto";
import { join } from "node:path";
import type { PackageKind } from "./package-order.ts";

/** What names a version of a package. */
export interface PackageId {
  readonly name: string;
  readonly kind: PackageKind;
  readonly version: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** The folder of all versions of one package. The collector's without a name is `agent`, and no other is called that. */
export function packageFolder({ name, kind }: Pick<PackageId, "name" | "kind">): string {
  if (kind === "addon") return `addon~${safeName(name)}`;
  return name === "" ? "agent" : safeName(name);
}

/** The folder of one version, below that of its package. */
export function versionFolder({ version, sha256 }: Pick<PackageId, "version" | "sha256">): string {
  return `${safeName(version)}-${sha256.slice(0, 12)}`;
}

/** Where a file lies while it is downloaded, by its hash. */
export function downloadPath(directory: string, sha256: string): string {
  return join(downloadsFolder(directory), sha256);
}

/** Where all downloads lie. */
export function downloadsFolder(directory: string): string {
  return join(directory, ".downloads");
}

/** Names that are no package's begin with a dot: those of unfinished ones and of downloads. */
export function isOurs(folder: string): boolean {
  return folder.startsWith(".");
}

/**
 * A text as the name of a file: as it is where any file system takes it and tells it from others, else with a part of
 * its hash, behind a sign that no other name has.
 */
function safeName(text: string): string {
  const isPlain =
    /^[a-z0-9][a-z0-9._+-]{0,63}$/.test(text) && !text.endsWith(".") && text !== "agent";
  if (isPlain) return text;
  const readable = text.replaceAll(/[^A-Za-z0-9._+-]/g, "_").replace(/^[^A-Za-z0-9]+/, "");
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return `${readable.slice(0, 40)}~${hash}`;
}
