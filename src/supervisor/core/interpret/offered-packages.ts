import {
  type PackageAvailable,
  type PackagesAvailable,
  PackageType,
} from "../../../opamp-client/wire/messages.ts";
import type { OfferedFile, OfferedPackage, PackagesOffer } from "../state/packages.ts";
import { hashProblem, sizeOf } from "./offer-size.ts";

const mebibyte = 1024 * 1024;
const maxOfferBytes = mebibyte;
const maxPackages = 100;
const maxNameLength = 200;

/** An offer of packages as the core keeps it: texts instead of bytes. Of one that is none nothing is kept but why. */
export function packagesOfferOf({ packages, allPackagesHash }: PackagesAvailable): PackagesOffer {
  const fault = hashProblem(allPackagesHash);
  if (fault !== undefined) return { allHash: "", packages: [], problem: fault };
  const allHash = hexOf(allPackagesHash);
  const offered = packages ?? new Map<string, PackageAvailable>();
  const problem = problemOf(offered);
  if (problem !== undefined) return { allHash, packages: [], problem };
  const sorted = [...offered].sort(([a], [b]) => (a < b ? -1 : 1));
  return { allHash, packages: sorted.map(([name, one]) => packageOf(name, one)), problem };
}

function problemOf(offered: ReadonlyMap<string, PackageAvailable>): string | undefined {
  if (offered.size > maxPackages) {
    return `expected at most ${maxPackages} packages in an offer, found ${offered.size}`;
  }
  if (sizeOf(offered) > maxOfferBytes) {
    return `expected an offer of packages of at most ${maxOfferBytes / mebibyte} MiB, found a larger one`;
  }
  const top = [...offered].filter(([, { type = 0 }]) => type === PackageType.TopLevel);
  if (top.length <= 1) return undefined;
  const names = top.map(([name]) => JSON.stringify(name)).join(", ");
  return `expected one top-level package, which is the collector, found ${top.length}: ${names}`;
}

function packageOf(name: string, one: PackageAvailable): OfferedPackage {
  const { type = PackageType.TopLevel, version = "", hash, file } = one;
  return {
    name,
    kind: type === PackageType.TopLevel ? "agent" : "addon",
    version,
    hash: hexOf(hash),
    file: fileOf(file),
    problem: faultOf(name, one),
  };
}

function faultOf(name: string, { type = 0, version = "", hash, file }: PackageAvailable) {
  if (type !== PackageType.TopLevel && type !== PackageType.Addon) {
    return `expected a package of type 0 (top-level) or 1 (add-on), found ${type}`;
  }
  if (name.length > maxNameLength || version.length > maxNameLength) {
    return `expected a name and a version of at most ${maxNameLength} characters`;
  }
  if (file === undefined || (file.downloadUrl ?? "") === "") {
    return "expected a file with a download_url, found none";
  }
  return hashProblem(hash);
}

function fileOf({
  downloadUrl = "",
  contentHash,
  signature,
  headers,
}: NonNullable<PackageAvailable["file"]> = {}): OfferedFile {
  return {
    url: downloadUrl,
    contentHash: hexOf(contentHash),
    signature: signature === undefined || signature.length === 0 ? undefined : hexOf(signature),
    headers: (headers?.headers ?? []).map(({ key = "", value = "" }) => [key, value]),
  };
}

function hexOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array()).toString("hex");
}
