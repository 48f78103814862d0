import { createHash } from "node:crypto";
import { encodeServerToAgent } from "../../opamp-client/wire/codec.ts";
import type { PackageAvailable, PackagesAvailable } from "../../opamp-client/wire/messages.ts";
import type { ShelfItem, ShelfKind } from "./shelf-item.ts";

/** One version of a package as it is offered, for good: what happens to its file later does not change it. */
export interface OfferedPackage {
  readonly name: string;
  readonly kind: ShelfKind;
  readonly version: string;
  readonly sha256: string;
  readonly hash: Uint8Array;
  readonly available: PackageAvailable;
}

/** How agents get at the files. */
export interface ShelfSite {
  /** `http://host:port` */
  readonly origin: string;
  /** The Authorization header that a download needs. */
  readonly authorization: string | undefined;
}

const typeNumbers = { program: 0, addon: 1 } as const;

/** An item of the folder as it goes on the wire; its hash covers all that is said of it, that of the file included. */
export function offeredPackage(
  item: ShelfItem,
  { origin, authorization }: ShelfSite,
): OfferedPackage {
  const { name, kind, version, sha256, signature, urlPath } = item;
  const headers =
    authorization === undefined
      ? {}
      : { headers: { headers: [{ key: "Authorization", value: authorization }] } };
  const about: PackageAvailable = {
    type: typeNumbers[kind],
    version,
    file: {
      downloadUrl: `${origin}${urlPath}`,
      contentHash: Buffer.from(sha256, "hex"),
      signature,
      ...headers,
    },
  };
  const packagesAvailable = { packages: new Map([[name, about]]) };
  const hash = createHash("sha256").update(encodeServerToAgent({ packagesAvailable })).digest();
  return { name, kind, version, sha256, hash, available: { ...about, hash } };
}

/**
 * All packages of one offer; the order in which they were chosen does not matter. Without any it is an offer too: an agent
 * drops what it had from the server.
 */
export function packagesAvailable(
  packages: ReadonlyMap<string, OfferedPackage>,
): PackagesAvailable & { readonly allPackagesHash: Uint8Array } {
  const sorted = [...packages].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256").update("packages");
  for (const [name, each] of sorted) {
    // Lengths in front keep ("ab", "c") and ("a", "bc") apart.
    hash.update(`${Buffer.byteLength(name)}:${name}`).update(each.hash);
  }
  return {
    packages: new Map(sorted.map(([name, { available }]) => [name, available])),
    allPackagesHash: hash.digest(),
  };
}
