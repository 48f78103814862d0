import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  openSync,
  renameSync,
  statSync,
} from "node:fs";
import { SupervisorError, messageOf, systemCodeOf } from "../../errors.ts";
import { makeDirectory } from "../../files/make-directory.ts";
import { asideOf } from "../../files/own-file.ts";
import { isDiskFault, writeFault } from "../../files/write-fault.ts";

/** Makes a directory of ours where it is missing, with its rights. True when it was not there. */
export function madeAgain(directory: string): boolean {
  const there = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!there) clearFile(directory);
  makePrivate(directory);
  return !there;
}

/**
 * The same of a directory within one of ours. A link in its place is not followed: whoever may write beside it could have
 * us close any directory of the machine to everybody else.
 */
export function madeWithin(directory: string): boolean {
  const there = lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!there) clearFile(directory);
  makePrivate(directory, closeInner);
  return !there;
}

/** What to say of a directory that is neither ours nor root's; nothing else. */
export function ownerWarnings(directory: string): readonly string[] {
  const { uid } = statSync(directory);
  const us = process.geteuid?.();
  if (us === undefined || uid === us || uid === 0) return [];
  return [
    `the storage directory ${directory} belongs to another user (uid ${uid}, this is uid ${us}), who can change what the agent runs with: chown -R ${us} ${directory}`,
  ];
}

/** Moves away what stands where a directory of ours is to be, and is none. */
export function clearFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) renameSync(path, asideOf(path));
}

/** Makes a directory with mode 0700, or gives one that is there this mode. */
export function makePrivate(
  directory: string,
  close: (directory: string) => void = closeToOthers,
): void {
  try {
    makeDirectory(directory, 0o700);
    close(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(directory, error);
  }
}

/** Makes a directory for others too: a volume has the mode that its owner gave it. */
export function makeShared(directory: string): void {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new SupervisorError(
      "store-unreadable",
      `${writeFault(directory, error)}; the agent reads its configuration there (agent.attach.config_path)`,
      { cause: error },
    );
  }
}

/** Why a supervisor cannot start on its state directory; what has nothing to do with it stays as it is. */
export function startFault(directory: string, error: unknown): unknown {
  if (error instanceof SupervisorError) return error;
  if (isDiskFault(error)) return unwritable(directory, error);
  const within = systemCodeOf(error) !== undefined && messageOf(error).includes(directory);
  if (!within) return error;
  const message = `what is in ${directory} cannot be used: ${messageOf(error)}; change its owner, or set storage.directory to another one`;
  return new SupervisorError("store-unreadable", message, { cause: error });
}

function unwritable(directory: string, error: unknown): SupervisorError {
  const advice = "set storage.directory to a directory that may be written";
  const message = `${writeFault(directory, error)} (${advice})`;
  return new SupervisorError("store-unreadable", message, { cause: error });
}

function closeInner(directory: string): void {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const opened = openSync(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    closeToOthers(directory, () => fchmodSync(opened, 0o700));
  } finally {
    closeSync(opened);
  }
}

function closeToOthers(
  directory: string,
  close: () => void = () => chmodSync(directory, 0o700),
): void {
  try {
    close();
  } catch (error) {
    // A volume of a pod belongs to somebody else; the files in it are for their owner only all the same.
    if (systemCodeOf(error) !== "EPERM") throw error;
  }
}
