import {
  type PackageStatus,
  PackageStatusType,
  type PackageStatuses,
} from "../../../opamp-client/wire/messages.ts";
import { failureOfPackage, isBeingTried, isInstalled, isUnderWay } from "../packages/wanted.ts";
import type { InstalledPackage, OfferedPackage, PackageFailure } from "../state/packages.ts";
import type { State } from "../state/state.ts";

/** The complete list of what servers have delivered and offered, undefined before the first offer. */
export function packageStatusesOf(state: State): PackageStatuses | undefined {
  const { offer, installed } = state.packages;
  if (offer === undefined) return undefined;
  const offered = offer.packages.map((one): [string, PackageStatus] => [
    one.name,
    statusOf(state, one, thereOf(state, one)),
  ]);
  const others = installed
    .filter(({ name }) => offer.packages.every((one) => one.name !== name))
    .map((one): [string, PackageStatus] => [
      one.name,
      { name: one.name, ...had(one), ...is("Installed") },
    ]);
  return {
    packages: new Map([...offered, ...others].sort(([a], [b]) => (a < b ? -1 : 1))),
    serverProvidedAllPackagesHash: bytesOf(offer.allHash),
    ...words(offer.problem ?? withdrawalFailure(state)),
  };
}

/** What the agent has of this package: another version of it may be in use. */
function thereOf(
  { packages }: State,
  { name, kind }: OfferedPackage,
): InstalledPackage | undefined {
  return packages.installed.find((one) => one.kind === kind && one.name === name);
}

function statusOf(
  state: State,
  offered: OfferedPackage,
  there: InstalledPackage | undefined,
): PackageStatus {
  const { name, version, hash } = offered;
  const about = {
    name,
    ...(there === undefined ? {} : had(there)),
    serverOfferedVersion: version,
    serverOfferedHash: bytesOf(hash),
  };
  if (offered.problem !== undefined) return { ...about, ...failed(offered.problem) };
  if (isInstalled(state, offered)) return { ...about, ...is("Installed") };
  if (isUnderWay(state.packages.underWay?.offered, offered))
    return { ...about, ...onItsWay(state) };
  if (isBeingTried(state, offered)) return { ...about, ...is("Installing") };
  const failure = failureOfPackage(state, offered);
  if (failure !== undefined && failure.again === "offer")
    return { ...about, ...failed(failure.why) };
  if (state.packages.pinned) return { ...about, ...failed(pinnedText) };
  return { ...about, ...is("InstallPending"), ...words(againText(failure)) };
}

const pinnedText =
  "an operator keeps the version that runs: opampsupervisor package pin --off lets others be taken";

function onItsWay({ packages: { underWay } }: State): PackageStatus {
  if (underWay?.progress.phase !== "downloading") return is("Installing");
  const { percent, bytesPerSecond } = underWay.progress;
  const downloadDetails = {
    downloadPercent: percent,
    downloadBytesPerSecond: bytesPerSecond,
  };
  return { ...is("Downloading"), downloadDetails };
}

function had({ version, hash }: InstalledPackage): PackageStatus {
  return { agentHasVersion: version, agentHasHash: bytesOf(hash) };
}

function is(type: keyof typeof PackageStatusType): PackageStatus {
  return { status: PackageStatusType[type] };
}

function failed(why: string): PackageStatus {
  return { ...is("InstallFailed"), errorMessage: why };
}

function words(errorMessage: string | undefined): { readonly errorMessage?: string } {
  return errorMessage === undefined ? {} : { errorMessage };
}

function againText(failure: PackageFailure | undefined): string | undefined {
  return failure === undefined ? undefined : `it is tried again by itself: ${failure.why}`;
}

/** Why a version stays that is not offered any more. */
function withdrawalFailure({ packages }: State): string | undefined {
  const { localFailure, offer, accepted } = packages;
  if (accepted?.package === undefined || localFailure?.offer !== offer) return undefined;
  return `version ${accepted.package.version} stays, because the collector of this host could not take its place: ${localFailure?.why ?? ""}`;
}

/** Plain bytes: a Buffer is another type to whoever compares deeply. */
function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
