import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { namesOrNothing } from "../../files/read-if-there.ts";

const mostFiles = 500;
const deepest = 4;

/** The files of a storage directory, one a line: kind, mode, owner, size, time, name. Links are named and not followed. */
export function listStorage(directory: string): string {
  const lines: string[] = [];
  const walk = (below: string, depth: number): void => {
    for (const name of namesOrNothing(join(directory, below)).toSorted()) {
      if (lines.length >= mostFiles) return;
      const path = join(below, name);
      const found = lstatSync(join(directory, path), { throwIfNoEntry: false });
      if (found === undefined) continue;
      const kind = found.isDirectory()
        ? "d"
        : found.isSymbolicLink()
          ? "l"
          : found.isFile()
            ? "-"
            : "?";
      const mode = (found.mode & 0o7777).toString(8).padStart(4, "0");
      lines.push(
        [
          kind,
          mode,
          `${found.uid}:${found.gid}`,
          found.size,
          found.mtime.toISOString(),
          JSON.stringify(path),
        ].join(" "),
      );
      if (kind === "d" && depth < deepest) walk(path, depth + 1);
    }
  };
  walk("", 1);
  const more = lines.length >= mostFiles ? `only the first ${mostFiles}\n` : "";
  return `${lines.join("\n")}\n${more}`;
}

/** The last part of a file, in whole lines; undefined where there is none that may be read, and for a link. */
export function endOf(path: string, maxBytes: number): string | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = fstatSync(file);
      if (!found.isFile()) return undefined;
      const from = Math.max(0, found.size - maxBytes);
      const bytes = Buffer.alloc(Math.min(found.size, maxBytes));
      const read = readSync(file, bytes, 0, bytes.length, from);
      const text = bytes.toString("utf8", 0, read);
      return from === 0 ? text : text.slice(text.indexOf("\n") + 1);
    } finally {
      closeSync(file);
    }
  } catch {
    // Not there, not for us, or a link.
    return undefined;
  }
}
