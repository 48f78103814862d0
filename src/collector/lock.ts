import { randomBytes } from "node:crypto";
import { mkdir, writeFile, rename, rm, readFile, stat, readdir, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCodeOf } from "../errors.ts";

/** Who holds a lock. */
interface Owner {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

const pollMs = 200;
const touchMs = 5_000;
// A holder that lives touches its lock far more often.
const staleAfterMs = 60_000;

/**
 * Does the work while no other process does work under the same lock. A lock whose holder died is taken
 * over: at once when it died on this host, after a minute without a sign of life otherwise.
 */
export async function withLock<Result>(
  directory: string,
  signal: AbortSignal,
  onWait: (pid: number) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const owner = { token: randomBytes(8).toString("hex"), pid: process.pid, host: hostname() };
  await acquire(directory, owner, signal, onWait);
  await sweep(directory);
  const touching = setInterval(() => void touch(directory), touchMs);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    await release(directory, owner);
  }
}

async function acquire(
  directory: string,
  owner: Owner,
  signal: AbortSignal,
  onWait: (pid: number) => void,
): Promise<void> {
  let told = false;
  while (!(await tryAcquire(directory, owner))) {
    const holder = await readOwner(directory);
    const stale = holder !== undefined && (await isStale(directory, holder));
    if (stale && (await takeAway(directory, holder))) continue;
    if (!told && holder !== undefined) {
      told = true;
      onWait(holder.pid);
    }
    await sleep(pollMs, undefined, { signal });
  }
}

async function tryAcquire(directory: string, owner: Owner): Promise<boolean> {
  await mkdir(dirname(directory), { recursive: true });
  const prepared = `${directory}.${owner.token}`;
  await mkdir(prepared, { recursive: true });
  await writeFile(join(prepared, "owner.json"), JSON.stringify(owner));
  try {
    // A directory is never renamed onto one that has content, so the lock appears whole and only once.
    await rename(prepared, directory);
    return true;
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    const code = systemCodeOf(error);
    if (code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw error;
  }
}

async function readOwner(directory: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, "owner.json"), "utf8")) as Owner;
  } catch {
    // Released between two looks; the next attempt to take it will tell.
    return undefined;
  }
}

async function isStale(directory: string, holder: Owner): Promise<boolean> {
  if (holder.host === hostname() && !alive(holder.pid)) return true;
  const found = await stat(directory).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > staleAfterMs;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user exists too, though it may not be signalled.
    return systemCodeOf(error) === "EPERM";
  }
}

async function takeAway(directory: string, holder: Owner): Promise<boolean> {
  // Named after the dead holder: of two that take it away at once the slower one fails here, instead of
  // taking away the lock that the faster one has made since.
  const grave = `${directory}.dead-${holder.token}`;
  return rename(directory, grave).then(
    () => true,
    () => false,
  );
}

async function release(directory: string, owner: Owner): Promise<void> {
  const holder = await readOwner(directory);
  if (holder?.token !== owner.token) return;
  const released = `${directory}.${owner.token}`;
  // Renamed first, because a directory that is emptied in place could be taken while it is removed.
  await rename(directory, released).catch(() => undefined);
  await rm(released, { recursive: true, force: true });
}

// What is left of holders that were killed between two renames.
async function sweep(directory: string): Promise<void> {
  const parent = dirname(directory);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${basename(directory)}.`)) continue;
    const found = await stat(join(parent, name)).catch(() => undefined);
    const old = found !== undefined && Date.now() - found.mtimeMs > staleAfterMs;
    if (old) await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function touch(directory: string): Promise<void> {
  const now = new Date();
  // Without the directory the lock was taken from us; the work's own atomic renames still hold.
  await utimes(directory, now, now).catch(() => undefined);
}
