import type { OfferedFile, PackageOrder, PackageRules } from "./package-order.ts";
import { faultOfLabel } from "./trust/statement.ts";
import { compareVersions, readVersion } from "./version-order.ts";

const hashBytes = 32;

/** What of an order is looked at here. */
type Order = Pick<PackageOrder, "name" | "version" | "kind"> & {
  readonly file: Pick<OfferedFile, "contentHash">;
};

/** What of the rules is. */
type Rules = Pick<PackageRules, "allowedNames" | "lowestVersion">;

/** Why an order is refused before anything is fetched for it; undefined: nothing speaks against it. */
export function faultOfOrder(order: Order, rules: Rules): string | undefined {
  return faultOfWords(order) ?? faultOfHash(order.file.contentHash) ?? faultByRules(order, rules);
}

function faultOfWords({ name, version, kind }: Order): string | undefined {
  const [nameFault, versionFault] = [faultOfLabel(name), faultOfLabel(version)];
  if (nameFault !== undefined) return `expected the name of a package, found one ${nameFault}`;
  if (versionFault !== undefined) return `expected a version, found one ${versionFault}`;
  if (version === "") return "expected a version, found none";
  return kind === "addon" && name === "" ? "expected the name of an add-on, found none" : undefined;
}

function faultOfHash(hash: Uint8Array): string | undefined {
  if (hash.length === hashBytes) return undefined;
  const found = hash.length === 0 ? "none" : `${hash.length} bytes`;
  return `expected the SHA-256 of the file (content_hash, ${hashBytes} bytes), found ${found}`;
}

function faultByRules(
  { name, version }: Order,
  { allowedNames, lowestVersion }: Rules,
): string | undefined {
  if (allowedNames !== undefined && !allowedNames.includes(name)) {
    return `the package ${JSON.stringify(name)} is not among those of agent.packages.allowed_names`;
  }
  if (lowestVersion === undefined) return undefined;
  const [lowest, offered] = [readVersion(lowestVersion), readVersion(version)];
  if (offered === undefined || lowest === undefined) {
    return `expected a version as 1.2.3, because agent.packages.lowest_version is set, found ${version}`;
  }
  if (compareVersions(offered, lowest) >= 0) return undefined;
  return `version ${version} is lower than ${lowestVersion}, the value of agent.packages.lowest_version`;
}
