import { createReadStream } from "node:fs";
import { mkdir, rename, rm, open } from "node:fs/promises";
import { dirname } from "node:path";
import { createGunzip } from "node:zlib";
import { fromUnknown } from "../errors.ts";
import type { Limits } from "./limits.ts";
import { readTar } from "./read-tar.ts";

/** Takes one program out of a `.tar.gz`; the target appears complete and executable, or not at all. */
export async function unpackProgram(
  archive: string,
  member: string,
  target: string,
  limits: Limits,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const unfinished = `${target}.unfinished`;
  try {
    await writeMember(archive, member, unfinished, limits);
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw fromUnknown(error, "download-failed");
  }
}

async function writeMember(
  archive: string,
  member: string,
  file: string,
  limits: Limits,
): Promise<void> {
  // First of all: a stream that fails while a file is opened would have nobody who hears of it.
  const output = await open(file, "w", 0o755);
  const compressed = createReadStream(archive);
  const plain = createGunzip();
  compressed.on("error", (error) => plain.destroy(error));
  try {
    const content = readTar(compressed.pipe(plain), {
      member,
      maxMemberBytes: limits.maxProgramBytes,
      maxArchiveBytes: 2 * limits.maxProgramBytes,
    });
    for await (const piece of content) await output.writeFile(piece);
    // The mode given to open() is narrowed by the umask.
    await output.chmod(0o755);
    await output.sync();
  } finally {
    await output.close();
    compressed.destroy();
    plain.destroy();
  }
}
