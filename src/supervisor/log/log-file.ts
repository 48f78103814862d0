import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  realpathSync,
  renameSync,
  writeSync,
} from "node:fs";
import { asidePath, leadsTo, type LogRotation, makeRoom } from "../../agent/output/agent-log.ts";
import { openRegular } from "../../files/regular-file.ts";
import { writeFault } from "../../files/write-fault.ts";
import { messageOf, systemCodeOf } from "../../errors.ts";

/** A log file that others may move away, and that is set aside when it has become too large. */
export interface LogFile {
  readonly write: (text: string) => void;
  /** Goes on in the file that the path leads to now; in the former one where that cannot be had. */
  readonly reopen: () => void;
}

/** What a log file has to say for itself; it is said by the log, so it may come back as a line. */
export interface LogFileNews {
  readonly dropped: (lines: number) => void;
  /** Why there is no new file. */
  readonly kept: (reason: string) => void;
}

/** How much more is written before setting aside is tried again: a part of the size from which it is. */
const patience = 1 / 8;

const appending = constants.O_WRONLY | constants.O_APPEND;

/**
 * Writes lines into a file that is open already. Whatever fails costs log lines at most, which are counted: never the
 * program, and no wait. Each write is done when it returns, so that a kill takes nothing.
 */
export function createLogFile(
  named: string,
  opened: number,
  rotation: LogRotation | undefined,
  news: LogFileNews,
): LogFile {
  // A link that the operator made is followed once; one that takes the place of the file later never is.
  const path = realpathSync(named);
  const maxBytes = rotation?.maxBytes ?? Infinity;
  let file = opened;
  let { size } = fstatSync(file);
  let tryAt = maxBytes;
  let lost = 0;
  let broken = false;

  const take = (next: number): void => {
    closeSync(file);
    file = next;
    ({ size } = fstatSync(file));
    tryAt = maxBytes;
    broken = false;
  };
  const setAside = (): void => {
    tryAt = size + maxBytes * patience;
    try {
      // Somebody else may have moved it away: then theirs is left alone.
      if (rotation !== undefined && leadsTo(path, file)) {
        makeRoom(path, rotation.maxFiles);
        renameSync(path, asidePath(path));
      }
      take(openAnew(path, file));
    } catch (error) {
      news.kept(`${path} is not set aside: ${messageOf(error)}`);
    }
  };
  const append = (text: string): boolean => {
    // What is cut off in the middle of a line shall not spoil the next one.
    const bytes = Buffer.from(broken ? `\n${text}` : text);
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(file, bytes, done);
    } catch {
      // A full disk: there is nowhere to say so before there is room again.
    }
    size += done;
    if (done > 0) broken = done < bytes.length;
    return done === bytes.length;
  };
  return {
    write: (text) => {
      if (size >= tryAt) setAside();
      if (!append(text)) {
        lost += linesOf(text);
        return;
      }
      const count = lost;
      lost = 0;
      if (count > 0) news.dropped(count);
    },
    reopen: () => {
      try {
        take(openAnew(path, file));
      } catch (error) {
        news.kept(`the log goes on in its former file: ${writeFault(path, error)}`);
      }
    },
  };
}

/** A file that is made has the mode of the one before it, so that whoever reads the log still may. */
function openAnew(path: string, former: number): number {
  const { O_CREAT, O_EXCL } = constants;
  const mode = fstatSync(former).mode & 0o777;
  try {
    const made = openSync(path, appending | O_CREAT | O_EXCL, mode & 0o600);
    fchmodSync(made, mode);
    return made;
  } catch (error) {
    if (systemCodeOf(error) !== "EEXIST") throw error;
    return openRegular(path, appending | constants.O_NOFOLLOW);
  }
}

function linesOf(text: string): number {
  return text.split("\n").length - 1;
}
