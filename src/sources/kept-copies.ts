import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeFileAtomic } from "../files/atomic-file.ts";
import { makeDirectory } from "../files/make-directory.ts";
import { readRegularText } from "../files/regular-file.ts";

/**
 * Keeps what was fetched, for a start at which its source cannot be reached; only for this user to read. A disk that takes
 * no copy is no reason to go without the text.
 */
export function keepCopy(directory: string, source: string, text: string): void {
  try {
    if (readCopy(directory, source) === text) return;
    makeDirectory(directory, 0o700);
    writeFileAtomic(copyPath(directory, source), text);
  } catch {
    // The next start needs the source then.
  }
}

/** Configuration files of this machine, of which a copy is kept for a start at which one of them is gone. */
export interface FileCopies {
  readonly of: (file: string) => string | undefined;
  readonly keep: (files: readonly string[]) => void;
}

/** The copies of files; without a place for them none are kept. */
export function fileCopies(directory: string | undefined): FileCopies {
  if (directory === undefined) return { of: () => undefined, keep: () => undefined };
  return {
    of: (file) => readCopy(directory, `file:${file}`),
    keep: (files) => {
      for (const file of files) keepCopyOf(directory, file);
    },
  };
}

function keepCopyOf(directory: string, file: string): void {
  try {
    keepCopy(directory, `file:${file}`, readRegularText(file));
  } catch {
    // It is gone already, and what was in it before stays.
  }
}

/** The last text that this source gave; undefined where there is none. */
export function readCopy(directory: string, source: string): string | undefined {
  try {
    return readRegularText(copyPath(directory, source));
  } catch {
    return undefined;
  }
}

/**
 * Where copies lie: where systemd gives a state directory, in that, else in the user's cache. Settings cannot say it,
 * since they may be such a text themselves.
 */
export function copiesDirectory(environment: ReadonlyMap<string, string>): string | undefined {
  const [state = ""] = (environment.get("STATE_DIRECTORY") ?? "").split(":");
  if (state !== "") return join(state, "sources");
  const home = environment.get("HOME") ?? "";
  const cache = environment.get("XDG_CACHE_HOME") ?? (home === "" ? "" : join(home, ".cache"));
  return cache === "" ? undefined : join(cache, "opampsupervisor", "sources");
}

function copyPath(directory: string, source: string): string {
  return join(directory, createHash("sha256").update(source).digest("hex"));
}
