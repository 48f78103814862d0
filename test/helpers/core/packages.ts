import type {
  InstalledPackage,
  OfferedPackage,
  PackagesOffer,
} from "../../../src/supervisor/core/state/packages.ts";

/** Hex that stands for a word, as long as a SHA-256. */
export function hashOf(word: string): string {
  return Buffer.from(word).toString("hex").padEnd(64, "0").slice(0, 64);
}

/** The collector in this version, or another package under this name. */
export function offeredPackage(
  version: string,
  changes: Partial<OfferedPackage> = {},
): OfferedPackage {
  return {
    name: "",
    kind: "agent",
    version,
    hash: hashOf(`package ${version}`),
    file: {
      url: `https://packages.example.com/${version}`,
      contentHash: hashOf(`file ${version}`),
      signature: undefined,
      headers: [],
    },
    problem: undefined,
    ...changes,
  };
}

/** An offer of the collector in this version, and of what else is to be there. */
export function packageOffer(
  version: string,
  others: readonly OfferedPackage[] = [],
): PackagesOffer {
  const packages = [offeredPackage(version), ...others];
  return {
    allHash: hashOf(`all ${packages.map((one) => one.version).join()}`),
    packages,
    problem: undefined,
  };
}

/** The same as it lies on disk. */
export function installedPackage(offered: OfferedPackage): InstalledPackage {
  const { name, kind, version, hash, file } = offered;
  const directory = `/state/packages/${name === "" ? "agent" : name}/${version}`;
  const executable = kind === "agent" ? `${directory}/otelcol` : undefined;
  return { name, kind, version, hash, contentHash: file.contentHash, directory, executable };
}
