import { closeSync, fsyncSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { chmod, copyFile, open } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Allowance, refuseFull } from "../download/allowance.ts";
import { contentKind, faultOfProgram, isProgram } from "./archive/content-kind.ts";
import { type ExtractedFile, extract } from "./archive/extract.ts";
import { claimedSize, gunzipped, mostUnpacked } from "./archive/gzip-source.ts";
import { type ExecutableWish, isCalled, pickExecutable } from "./archive/pick-executable.ts";
import { archiveRefusal } from "./archive/refusal.ts";
import { tarMembers } from "./archive/tar-members.ts";
import { readDirectory } from "./archive/zip-directory.ts";
import { zipMembers } from "./archive/zip-members.ts";
import type { PackageKind } from "./package-order.ts";

/** A downloaded file, and what it is to become. */
export interface Unpacking {
  readonly file: string;
  readonly kind: PackageKind;
  /** An empty directory of ours. */
  readonly target: string;
  readonly wish: ExecutableWish;
  /** What a file that is no archive is called. */
  readonly plainName: string;
  readonly allowance: Allowance;
  readonly signal: AbortSignal;
}

const headBytes = 4096;

/** Writes what a downloaded file holds, to the disk and not only towards it; gives back which file is the collector. */
export async function unpackPackage(unpacking: Unpacking): Promise<string | undefined> {
  const { file, kind, target, wish } = unpacking;
  const head = readHead(file);
  const content = contentKind(head);
  const isPlain = content.is === "program" || (content.is === "other" && kind === "addon");
  if (content.is === "other" && kind === "agent") {
    throw archiveRefusal(`${content.what}: expected a program, a .tar.gz or a .zip`);
  }
  const archive = content.is === "zip" ? "zip" : "gzip";
  const files = isPlain
    ? [await placePlain(unpacking, head)]
    : await unpackArchive(unpacking, archive);
  syncDirectories(target);
  if (kind === "addon") return undefined;
  const executable = isPlain ? files[0]?.path : pickExecutable(files, wish);
  if (executable !== undefined) await refuseUnfit(join(target, executable), executable);
  return executable;
}

async function placePlain(
  { file, kind, target, plainName, allowance }: Unpacking,
  head: Buffer,
): Promise<ExtractedFile> {
  if (kind === "agent") refuseStranger(head, plainName);
  refuseFull(statSync(file).size, allowance);
  const path = join(target, plainName);
  await copyFile(file, path);
  await chmod(path, isProgram(head) ? 0o755 : 0o644);
  syncPath(path);
  return { path: plainName, isProgram: isProgram(head) };
}

async function unpackArchive(
  unpacking: Unpacking,
  kind: "gzip" | "zip",
): Promise<readonly ExtractedFile[]> {
  const { file, target, wish, allowance, signal } = unpacking;
  const look = (path: string, head: Buffer): void => {
    // The wrong processor is told before the whole of it is written.
    if (unpacking.kind === "agent" && isCalled(path, wish)) refuseStranger(head, path);
  };
  const terms = { allowance, signal, look };
  const { size } = statSync(file);
  if (kind === "gzip") {
    refuseFull(await claimedSize(file, size), allowance);
    const content = gunzipped(file, size, { maxBytes: allowance.maxBytes, signal });
    return await extract(tarMembers(content), target, terms);
  }
  const opened = await open(file, "r");
  try {
    const claimed = (await readDirectory(opened, size)).reduce((sum, each) => sum + each.size, 0);
    // One that is made to fill the disk is told as that.
    refuseFull(Math.min(claimed, allowance.maxBytes, mostUnpacked(size)), allowance);
    return await extract(zipMembers(opened, size), target, terms);
  } finally {
    await opened.close();
  }
}

/** The rest of the file's beginning that `look` may not have seen. */
async function refuseUnfit(file: string, path: string): Promise<void> {
  refuseStranger(readHead(file), path);
  await chmod(file, 0o755);
  syncPath(file);
}

function refuseStranger(head: Buffer, path: string): void {
  const fault = faultOfProgram(head, process.arch);
  if (fault === undefined) return;
  throw archiveRefusal(`${fault}, in the place of the collector (${basename(path)})`);
}

function readHead(file: string): Buffer {
  const input = openSync(file, "r");
  try {
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, readSync(input, head, 0, headBytes, 0));
  } finally {
    closeSync(input);
  }
}

function syncDirectories(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) syncDirectories(join(directory, entry.name));
  }
  syncPath(directory);
}

/** Without this a power cut may leave a file without its content, or a directory without its files. */
export function syncPath(path: string): void {
  const opened = openSync(path, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
