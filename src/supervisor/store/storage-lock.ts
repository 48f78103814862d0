import { join } from "node:path";
import { systemCodeOf, SupervisorError } from "../../errors.ts";
import { holderOf, takeLock } from "../../files/directory-lock.ts";
import { writeFault } from "../../files/write-fault.ts";

/**
 * Takes the storage directory for this process; gives back what releases it. A full disk is no reason to leave a host
 * without its agent: there it goes on without a lock and says so.
 */
export function lockStorage(
  directory: string,
  warn: (reason: string) => void = () => undefined,
): () => void {
  try {
    return lockOrRefuse(directory);
  } catch (error) {
    if (!["ENOSPC", "EDQUOT"].includes(systemCodeOf(error) ?? "")) throw error;
    warn(writeFault(directory, error));
    return () => undefined;
  }
}

/** The pid of the supervisor that runs on a storage directory; undefined where none does. */
export function supervisorOn(directory: string): number | undefined {
  return holderOf(join(directory, "lock"));
}

function lockOrRefuse(directory: string): () => void {
  const path = join(directory, "lock");
  const lock = takeLock(path, "machine");
  if (lock.is === "taken") return lock.release;
  const reason =
    lock.pid === undefined
      ? `expected to get the lock ${path}, found it taken again and again`
      : `expected ${directory} to be free, found it in use by another supervisor, pid ${lock.pid}; stop that one or set another storage.directory`;
  throw new SupervisorError("store-locked", reason);
}
