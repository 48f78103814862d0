import { fstatSync, openSync, constants } from "node:fs";
import { Socket } from "node:net";
import { type DestinationStream, pino } from "pino";
import type { LogRotation } from "../../agent/output/agent-log.ts";
import { createLogFile, type LogFileNews } from "./log-file.ts";

/** One place that the log is written to. */
export interface Destination extends DestinationStream {
  /** True while more would only be dropped. */
  readonly full: () => boolean;
  /** Counts lines that were not even made, because there is no room for them. */
  readonly drop: (lines: number) => void;
  /** Goes on in the file that the path leads to now; nothing for what is no file. */
  readonly reopen: () => void;
  /** Resolves when nothing waits to be written, or never will be. */
  readonly flushed: () => Promise<void>;
}

/** How much is kept for an output that cannot be written to for a while. */
const maxWaitingBytes = 1024 * 1024;

/**
 * Writes to a descriptor. Somebody may have stopped reading at the other end of a pipe: that must not hold up the
 * program, which drops what does not fit and says how many lines that were when there is room again.
 */
export function openDestination(file: number, dropped: (lines: number) => void): Destination {
  const kind = fstatSync(file);
  if (kind.isFIFO()) return toPipe(ownDescription(file), dropped);
  return kind.isSocket() ? toPipe(file, dropped) : toFile(file);
}

/** Writes to a file by its path: it may be moved away, and is set aside when it is too large. */
export function openFileDestination(
  path: string,
  file: number,
  rotation: LogRotation | undefined,
  news: LogFileNews,
): Destination {
  if (!fstatSync(file).isFile()) return openDestination(file, news.dropped);
  const { write, reopen } = createLogFile(path, file, rotation, news);
  return {
    ...{ write, reopen, full: () => false, drop: () => undefined },
    flushed: () => Promise.resolve(),
  };
}

/** Opens the pipe anew for ourselves: else the writes of others to the same pipe would not wait any more, either. */
function ownDescription(file: number): number {
  try {
    return openSync(`/proc/self/fd/${file}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    // No /proc, a pipe of another user, or nobody reads: then the one that we were given.
    return file;
  }
}

function toPipe(file: number, dropped: (lines: number) => void): Destination {
  const pipe = new Socket({ fd: file, readable: false, writable: true });
  let lines = 0;
  const full = (): boolean => pipe.destroyed || pipe.writableLength > maxWaitingBytes;
  pipe.on("error", () => {
    // A reader that is gone costs log lines, never the agent; there is nowhere to say so.
  });
  pipe.on("drain", () => {
    const count = lines;
    lines = 0;
    if (count > 0) dropped(count);
  });
  return {
    full,
    flushed: () =>
      new Promise((resolve) => {
        if (pipe.destroyed) resolve();
        else pipe.write("", () => resolve());
      }),
    reopen: () => undefined,
    drop: (count) => {
      lines += count;
    },
    write: (text) => {
      if (full()) lines += countLines(text);
      else pipe.write(text);
    },
  };
}

function toFile(file: number): Destination {
  const destination = pino.destination({ fd: file, sync: true, maxLength: maxWaitingBytes });
  destination.on("error", () => {
    // A full disk costs log lines, never the agent; there is nowhere to say so.
  });
  return {
    full: () => false,
    drop: () => undefined,
    reopen: () => undefined,
    flushed: () => Promise.resolve(),
    write: (text) => void destination.write(text),
  };
}

/** How many lines a text has. */
export function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
