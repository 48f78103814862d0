import { rm } from "node:fs/promises";
import { join } from "node:path";
import { SupervisorError } from "../errors.ts";
import { downloadsDirectory, releasedProgramFile } from "./cache.ts";
import { checksumFor, sha256Of } from "../download/checksum.ts";
import { download, removeDownload } from "../download/download.ts";
import type { CollectorOptions } from "./options.ts";
import type { Report } from "./progress.ts";
import { requestText } from "../download/request.ts";
import { unpackProgram } from "../download/unpack.ts";

const architectures: ReadonlyMap<string, string> = new Map([
  ["x64", "amd64"],
  ["arm64", "arm64"],
  ["ia32", "386"],
  ["arm", "armv7"],
  ["ppc64", "ppc64le"],
  ["riscv64", "riscv64"],
  ["s390x", "s390x"],
]);

/** Gets the official release of this platform into the cache and returns the program's path. */
export async function installRelease(options: CollectorOptions, report: Report): Promise<string> {
  const artifact = artifactName(options);
  const directory = `${options.releasesUrl.replace(/\/+$/, "")}/v${options.version}`;
  const archive = join(downloadsDirectory(options), artifact);
  const target = releasedProgramFile(options);
  const checksum = await fetchChecksum(directory, artifact, options);
  await fetchArchive(`${directory}/${artifact}`, archive, options, report);
  report({ stage: "verifying", message: `verifying the SHA-256 of ${artifact}` });
  await refuseOther(archive, checksum);
  report({ stage: "unpacking", message: `unpacking ${options.distribution}` });
  await unpackProgram(archive, options.distribution, target, options.limits);
  await rm(archive, { force: true });
  return target;
}

function artifactName(options: CollectorOptions): string {
  const architecture = architectures.get(options.architecture);
  const known = options.platform === "linux" || options.platform === "darwin";
  if (architecture === undefined || !known) {
    const machine = `${options.platform} ${options.architecture}`;
    throw new SupervisorError("download-failed", `there is none for ${machine}`);
  }
  return `${options.distribution}_${options.version}_${options.platform}_${architecture}.tar.gz`;
}

async function fetchChecksum(
  directory: string,
  artifact: string,
  options: CollectorOptions,
): Promise<string> {
  const joint = `opentelemetry-collector-releases_${options.distribution}_checksums.txt`;
  const own = `${artifact}.sha256`;
  // Releases from 0.158.0 on have a check file per artifact, older ones have a joint one.
  const names = hasOwnCheckFiles(options.version) ? [own, joint] : [joint, own];
  for (const name of names) {
    const text = await requestText(`${directory}/${name}`, options);
    if (text !== undefined) return checksumFor(artifact, text);
  }
  const message = `there is no check file for ${artifact} under ${directory}`;
  throw new SupervisorError("download-failed", message);
}

function hasOwnCheckFiles(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 0 || minor >= 158;
}

async function fetchArchive(
  address: string,
  archive: string,
  options: CollectorOptions,
  report: Report,
): Promise<void> {
  const message = `downloading ${options.distribution} ${options.version}`;
  const begunAt = performance.now();
  await download(address, archive, options, (doneBytes, totalBytes) => {
    const elapsedMs = performance.now() - begunAt;
    const total = totalBytes === undefined ? {} : { totalBytes };
    report({ stage: "downloading", message, doneBytes, ...total, elapsedMs });
  });
}

async function refuseOther(archive: string, expected: string): Promise<void> {
  const found = await sha256Of(archive);
  if (found === expected) return;
  // Kept, it would be taken for the beginning of a good one.
  await removeDownload(archive);
  const message = `expected the archive to have the SHA-256 ${expected}, found ${found}`;
  throw new SupervisorError("checksum-mismatch", message);
}
