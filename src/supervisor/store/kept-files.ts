import { linkSync, lstatSync, renameSync, rmSync } from "node:fs";
import { systemCodeOf } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import type { KillPoint } from "../../files/kill-point.ts";
import { clearWay } from "../../files/own-file.ts";
import { readRegular } from "../../files/regular-file.ts";

/** Files that we have written and that only we write; each is read again only when it is another one than before. */
export interface KeptFiles {
  /** Sees to it that a file holds this text. True when it did not, so that it was written again. */
  readonly ensure: (path: string, text: string, options?: EnsureOptions) => boolean;
  /** True when a file is as it was when this was asked last, or `noted`; the first time it need only be there. */
  readonly isUntouched: (path: string) => boolean;
  /** Takes a file as it is now. */
  readonly noted: (path: string) => void;
}

interface EnsureOptions {
  readonly passing?: KillPoint;
  readonly mode?: number;
  /** A file that holds the same text: a link to it takes no room on a full disk. */
  readonly twin?: string;
}

/** What was known of the files of an earlier start is not: each is read once. */
export function createKeptFiles(): KeptFiles {
  const known = new Map<string, { readonly print: string; readonly text?: string }>();
  const remember = (path: string, text?: string): void => {
    const print = printOf(path);
    if (print !== undefined) known.set(path, { print, ...(text === undefined ? {} : { text }) });
  };
  return {
    ensure: (path, text, options = {}) => {
      const before = known.get(path);
      const same = before?.text === text && printOf(path) === before.print;
      if (same || holds(path, text)) {
        if (!same) remember(path, text);
        return false;
      }
      clearWay(path);
      put(path, text, options);
      remember(path, text);
      return true;
    },
    isUntouched: (path) => {
      const print = printOf(path);
      const before = known.get(path);
      if (before === undefined) remember(path);
      return print !== undefined && (before === undefined || before.print === print);
    },
    noted: remember,
  };
}

function put(path: string, text: string, { mode, twin, passing }: EnsureOptions): void {
  try {
    writeFileAtomic(path, text, passing, mode);
  } catch (error) {
    const full = ["ENOSPC", "EDQUOT"].includes(systemCodeOf(error) ?? "");
    if (!full || twin === undefined || !holds(twin, text)) throw error;
    const temporary = `${path}.${process.pid}.tmp`;
    rmSync(temporary, { force: true, recursive: true });
    linkSync(twin, temporary);
    renameSync(temporary, path);
  }
}

function holds(path: string, text: string): boolean {
  try {
    // A link to the right text is not our file: whoever owns what it leads to can change it.
    return lstatSync(path).isFile() && readRegular(path).equals(Buffer.from(text));
  } catch {
    // It is not there, is something else, or cannot be read: then it is written again.
    return false;
  }
}

/** What changes with a file; undefined where there is none. */
function printOf(path: string): string | undefined {
  try {
    const found = lstatSync(path);
    const { dev, ino, size, mtimeMs, ctimeMs } = found;
    return found.isFile() ? [dev, ino, size, mtimeMs, ctimeMs].join() : undefined;
  } catch {
    // Not there, or out of reach.
    return undefined;
  }
}
