import { randomUUID, createHash } from "node:crypto";
import { mkdirSync, writeFileSync, renameSync, rmSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ProcessIdentity, identityOf, lives } from "../../agent/process/process-identity.ts";
import { systemCodeOf, messageOf, SupervisorError } from "../../errors.ts";

/** Who holds a state directory. */
interface Holder extends ProcessIdentity {
  readonly token: string;
}

/**
 * Takes the state directory for this process; gives back what releases it. A full disk is no reason to leave a host
 * without its agent: there it goes on without a lock and says so.
 */
export function lockDirectory(
  directory: string,
  warn: (reason: string) => void = () => undefined,
): () => void {
  try {
    return takeLock(directory);
  } catch (error) {
    if (!["ENOSPC", "EDQUOT"].includes(systemCodeOf(error) ?? "")) throw error;
    warn(messageOf(error));
    return () => undefined;
  }
}

function takeLock(directory: string): () => void {
  const path = join(directory, "lock");
  const token = randomUUID();
  const own = { ...identityOf(process.pid), token };
  for (let attempt = 0; attempt < 10; attempt += 1) {
    if (take(path, own)) return () => release(path, own);
    const text = holderText(path);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder !== undefined && holder.pid !== process.pid && lives(holder)) {
      throw new SupervisorError(
        "store-locked",
        `expected ${directory} to be free, found it in use by another supervisor, pid ${holder.pid}; stop that one or set another storage.directory`,
      );
    }
    bury(directory, path, text);
  }
  throw new SupervisorError(
    "store-locked",
    `expected to get the lock ${path}, found it taken again and again`,
  );
}

/** A directory is never renamed onto one that has content, so the lock appears whole and only once. */
function take(path: string, own: Holder): boolean {
  const prepared = `${path}.${own.token}`;
  mkdirSync(prepared, { mode: 0o700 });
  try {
    writeFileSync(join(prepared, "holder.json"), JSON.stringify(own), { mode: 0o600 });
    renameSync(prepared, path);
    return true;
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    if (["EEXIST", "ENOTEMPTY", "ENOTDIR"].includes(systemCodeOf(error) ?? "")) return false;
    throw error;
  }
}

/**
 * Takes a dead holder's lock away. The grave is named after the dead one and stays: who comes second to the same one
 * fails here, instead of taking away the lock that the first has made since.
 */
function bury(directory: string, path: string, text: string): void {
  const grave = `lock.dead-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
  try {
    renameSync(path, join(directory, grave));
  } catch {
    // Somebody else was first; the next attempt sees what came of it.
    return;
  }
  for (const name of readdirSync(directory)) {
    if (!name.startsWith("lock.dead-") || name === grave) continue;
    rmSync(join(directory, name), { recursive: true, force: true });
  }
}

/** Releases our own lock only; the lock of a later holder stays. */
function release(path: string, own: Holder): void {
  if (parseHolder(holderText(path) ?? "")?.token !== own.token) return;
  const released = `${path}.${own.token}`;
  // Renamed first, because a directory that is emptied in place could be taken while it is removed.
  renameSync(path, released);
  rmSync(released, { recursive: true, force: true });
}

/** Undefined when nobody holds the lock any more. */
function holderText(path: string): string | undefined {
  try {
    return readFileSync(join(path, "holder.json"), "utf8");
  } catch (error) {
    // Anything else is no lock of ours and is taken away as a dead one's.
    return systemCodeOf(error) === "ENOENT" ? undefined : "";
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return (JSON.parse(text) as Holder | null) ?? undefined;
  } catch {
    // Damaged: then nobody can be shown to hold it.
    return undefined;
  }
}
