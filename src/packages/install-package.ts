import { existsSync, mkdirSync, renameSync, rmSync, statfsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { SupervisorError, messageOf } from "../errors.ts";
import { type KillPoint, noKillPoint } from "../files/kill-point.ts";
import { makeDirectory } from "../files/make-directory.ts";
import { isDiskFault, writeFault } from "../files/write-fault.ts";
import type { Allowance } from "../download/allowance.ts";
import { removePartial } from "../download/partial-file.ts";
import { partsOf } from "./archive/member-path.ts";
import { fetchPackage } from "./fetch-package.ts";
import { installedPackages } from "./installed-packages.ts";
import { filesFolder, installedOf, type Marker, readMarker, writeMarker } from "./marker.ts";
import { faultOfOrder } from "./order-faults.ts";
import type {
  InstalledPackage,
  InstallOutcome,
  InstallTerms,
  PackageFailure,
  PackageOrder,
  PackagePlace,
  PackageRules,
} from "./package-order.ts";
import { downloadPath, packageFolder, versionFolder } from "./package-paths.ts";
import { faultBeforehand, faultOfFile, markOfRule } from "./trust/prove.ts";
import { syncPath, unpackPackage } from "./unpack-package.ts";

/** All that one installation goes by. */
interface Job {
  readonly order: PackageOrder;
  readonly rules: PackageRules;
  readonly place: PackagePlace;
  readonly terms: InstallTerms;
  readonly sha256: string;
  /** Where the file lies as it was downloaded. */
  readonly file: string;
  readonly passing: KillPoint;
}

/** How much more an archive may hold than a download may have. */
const unpackedFactor = 8;
/** What stays free on a disk, at most, and as a part of it. */
const keepFreeBytes = 64 * 1024 * 1024;
const keepFreePart = 0.05;
/** A disk that is full is seldom empty a second later. */
const diskWaitMs = 600_000;

/**
 * Brings an offered package to the disk: fetched, proved, unpacked into a directory of its own that appears whole or not
 * at all. What is there already is not fetched again. Touches nothing that is in use, and never rejects.
 */
export async function installPackage(
  order: PackageOrder,
  rules: PackageRules,
  place: PackagePlace,
  terms: InstallTerms,
): Promise<InstallOutcome> {
  const sha256 = Buffer.from(order.file.contentHash).toString("hex");
  const file = downloadPath(place.directory, sha256);
  const passing = place.passing ?? noKillPoint;
  try {
    return await install({ order, rules, place, terms, sha256, file, passing });
  } catch (error) {
    if (terms.signal.aborted) return refused({ reason: "it was stopped", retry: "later" });
    return refused(failureOf(error, place.directory));
  }
}

async function install(job: Job): Promise<InstallOutcome> {
  const { order, rules, file } = job;
  const fault = faultOfOrder(order, rules);
  if (fault !== undefined) return never(fault);
  const there = findInstalled(job);
  if (there !== undefined) return { ok: true, value: there };
  const { signature } = order.file;
  const { name, version } = order;
  const evidence = { statement: { name, version, sha256: job.sha256 }, signature };
  const doubt = await faultBeforehand(rules.trust, evidence);
  if (doubt !== undefined) return never(doubt);
  const missed = await fetchPackage({
    ...job,
    offered: order.file,
    allowance: allowanceOf(job, 1),
  });
  if (missed !== undefined) return refused(missed);
  const untrusted = await faultOfFile(rules.trust, evidence, file);
  if (untrusted !== undefined) {
    removePartial(file);
    return never(untrusted);
  }
  job.passing("trusted");
  try {
    return { ok: true, value: await putInPlace(job) };
  } catch (error) {
    // It has the hash that was wanted, and holds what is not: another download would bring the same.
    if (error instanceof SupervisorError) removePartial(file);
    throw error;
  }
}

/** The same content under the same name and version; only the server's own mark of it may be another one. */
function findInstalled({ order, rules, place, sha256 }: Job): InstalledPackage | undefined {
  const same = installedPackages(place.directory).find(({ name, kind, version, contentHash }) => {
    const isNamed = name === order.name && kind === order.kind && version === order.version;
    return isNamed && Buffer.from(contentHash).toString("hex") === sha256;
  });
  const marker = same === undefined ? undefined : readMarker(same.directory);
  if (same === undefined || marker?.trust !== markOfRule(rules.trust)) return undefined;
  if (Buffer.compare(marker.hash, order.hash) === 0) return same;
  const renewed = { ...marker, hash: order.hash };
  writeMarker(same.directory, renewed);
  return installedOf(same.directory, renewed);
}

async function putInPlace(job: Job): Promise<InstalledPackage> {
  const { place, order, sha256, passing } = job;
  const folder = join(place.directory, packageFolder(order));
  const version = versionFolder({ version: order.version, sha256 });
  const unfinished = join(folder, `.unfinished-${version}`);
  makeDirectory(folder, 0o755);
  rmSync(unfinished, { recursive: true, force: true });
  try {
    const marker = await unpackInto(unfinished, job);
    passing("unpacked");
    writeMarker(unfinished, marker);
    syncPath(unfinished);
    passing("marker written");
    const directory = freePath(join(folder, version));
    renameSync(unfinished, directory);
    for (const each of [folder, place.directory]) syncPath(each);
    passing("renamed");
    removePartial(job.file);
    return installedOf(directory, marker);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function unpackInto(directory: string, job: Job): Promise<Marker> {
  const { order, rules, file, terms } = job;
  const { name, kind, version, hash } = order;
  const target = join(directory, filesFolder);
  mkdirSync(directory, { mode: 0o755 });
  mkdirSync(target, { mode: 0o755 });
  job.passing("unpacking");
  const executable = await unpackPackage({
    ...{ file, kind, target },
    wish: { written: rules.executable, usual: rules.agentExecutable },
    plainName: plainNameOf(job),
    allowance: allowanceOf(job, unpackedFactor),
    signal: terms.signal,
  });
  return {
    ...{ name, kind, version, hash, executable },
    contentHash: order.file.contentHash,
    executableBytes: executable === undefined ? undefined : statSync(join(target, executable)).size,
    trust: markOfRule(rules.trust),
  };
}

/** What a file that is no archive is called: as the collector is now, or as it is at the server. */
function plainNameOf({ order, rules }: Job): string {
  const ofServer = basename(new URL(order.file.url).pathname);
  const wanted = order.kind === "agent" ? (rules.executable ?? rules.agentExecutable) : ofServer;
  const parts = partsOf(basename(wanted));
  const [name] = "fault" in parts ? [] : parts;
  return name ?? (order.kind === "agent" ? "collector" : "file");
}

/** A directory that is damaged may still be the one that runs: it is not touched. */
function freePath(path: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? path : `${path}.${number}`;
    if (!existsSync(candidate)) return candidate;
  }
}

function allowanceOf({ rules, place, terms }: Job, factor: number): Allowance {
  makeDirectory(place.directory, 0o700);
  const { blocks, bsize } = statfsSync(place.directory);
  return {
    maxBytes: rules.maxBytes * factor,
    keepFreeBytes: Math.min(keepFreeBytes, Math.floor(blocks * bsize * keepFreePart)),
    freeBytes: () => (terms.freeBytes ?? freeBytesOf)(place.directory),
  };
}

function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

function failureOf(error: unknown, directory: string): PackageFailure {
  if (error instanceof SupervisorError) {
    return { reason: error.message, retry: error.code === "download-refused" ? "never" : "later" };
  }
  if (!isDiskFault(error)) return { reason: messageOf(error), retry: "later" };
  const isCounted = error instanceof Error && "isCounted" in error;
  const reason = isCounted ? error.message : writeFault(directory, error);
  return { reason, retry: "later", afterMs: diskWaitMs };
}

function never(reason: string): InstallOutcome {
  return refused({ reason, retry: "never" });
}

function refused({ reason, retry, afterMs }: PackageFailure): InstallOutcome {
  return { ok: false, error: { reason, retry, ...(afterMs === undefined ? {} : { afterMs }) } };
}
