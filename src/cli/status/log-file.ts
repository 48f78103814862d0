import { closeSync, constants, fstatSync, readSync, statSync } from "node:fs";
import { openRegular } from "../../files/regular-file.ts";

/** The last lines of a log that may be huge, and then what is added to it. */
export interface LogFile {
  readonly path: string;
  /** The last whole lines, at most so many; read from the end, a bounded part of the file. */
  readonly last: (lines: number) => readonly string[];
  /** What was added since, through rotation and truncation; a bounded part each time. */
  readonly more: () => readonly string[];
  /** When it was last written to, in milliseconds since 1970; undefined while it is not there. */
  readonly writtenAt: () => number | undefined;
  readonly close: () => void;
}

const blockBytes = 64 * 1024;
/** No more of a file is read to find its last lines. */
const mostBytes = 16 * 1024 * 1024;
/** No more is taken at once while following. */
const mostAtOnceBytes = 1024 * 1024;
/** A line that does not end is shown in pieces of this size. */
const mostLineBytes = 256 * 1024;

interface Opened {
  readonly file: number;
  readonly inode: number;
}

/** A log file; it may not be there yet. Throws where it may not be read. */
export function openLogFile(path: string): LogFile {
  let opened = open(path);
  let position = opened === undefined ? 0 : fstatSync(opened.file).size;
  let rest = Buffer.alloc(0);

  const lines = (bytes: Buffer): readonly string[] => {
    const all = Buffer.concat([rest, bytes]);
    const end = all.lastIndexOf(10) + 1;
    const whole = end === 0 && all.length > mostLineBytes ? all.length : end;
    rest = Buffer.from(all.subarray(whole));
    return whole === 0 ? [] : linesOf(all.subarray(0, whole));
  };
  let mark = opened === undefined ? Buffer.alloc(0) : markAt(opened.file, position);
  const readOn = (file: number): readonly string[] => {
    const bytes = readAt(file, position, mostAtOnceBytes);
    position += bytes.length;
    mark = markAt(file, position);
    return lines(bytes);
  };
  /** What had no end when its file came to one. */
  const ending = (): readonly string[] => {
    const left = rest;
    rest = Buffer.alloc(0);
    return left.length === 0 ? [] : linesOf(left);
  };
  /** What was copied away before the file was emptied is read where it lies now. */
  const readAside = (): readonly string[] => {
    const aside = open(`${path}.1`);
    if (aside === undefined) return [];
    try {
      const isCopy = markAt(aside.file, position).equals(mark);
      return isCopy ? lines(readAt(aside.file, position, mostAtOnceBytes)) : [];
    } finally {
      closeSync(aside.file);
    }
  };
  return {
    path,
    last: (wanted) => {
      if (opened === undefined) return [];
      const { bytes, whole } = tail(opened.file, position, wanted);
      // What has no end yet goes on later.
      const end = bytes.lastIndexOf(10) + 1;
      rest = Buffer.from(bytes.subarray(end)).subarray(-mostLineBytes);
      const found = end === 0 ? [] : linesOf(bytes.subarray(0, end));
      return wanted === 0 ? [] : (whole ? found : found.slice(1)).slice(-wanted);
    },
    more: () => {
      opened ??= open(path);
      if (opened === undefined) return [];
      const { file, inode } = opened;
      const { size } = fstatSync(file);
      const emptied = size < position || !markAt(file, position).equals(mark);
      if (!emptied && size > position) return readOn(file);
      if (emptied) {
        const before = [...readAside(), ...ending()];
        position = 0;
        return [...before, ...readOn(file)];
      }
      const there = statSync(path, { throwIfNoEntry: false });
      if (there === undefined || there.ino === inode) return [];
      // One that may not be read, or is gone again, leaves the former one open.
      const next = open(path);
      if (next === undefined) return [];
      closeSync(file);
      opened = next;
      position = 0;
      const before = ending();
      return [...before, ...readOn(next.file)];
    },
    writtenAt: () => (opened === undefined ? undefined : fstatSync(opened.file).mtimeMs),
    close: () => {
      if (opened !== undefined) closeSync(opened.file);
    },
  };
}

function open(path: string): Opened | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  const file = openRegular(path, constants.O_RDONLY);
  return { file, inode: fstatSync(file).ino };
}

/** `whole`: the beginning of the file is among them. */
function tail(
  file: number,
  end: number,
  wanted: number,
): { readonly bytes: Buffer; readonly whole: boolean } {
  const blocks: Buffer[] = [];
  let from = end;
  let count = 0;
  while (from > 0 && count <= wanted + 1 && end - from < mostBytes) {
    const size = Math.min(blockBytes, from);
    from -= size;
    const block = readAt(file, from, size);
    blocks.unshift(block);
    count += countLines(block);
  }
  return { bytes: Buffer.concat(blocks), whole: from === 0 };
}

/** What stands right before a place: something else there tells that the file was emptied and has grown again. */
function markAt(file: number, position: number): Buffer {
  const size = Math.min(64, position);
  return Buffer.from(readAt(file, position - size, size));
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

function readAt(file: number, position: number, most: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(most, fstatSync(file).size - position)));
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, position));
}

function linesOf(bytes: Buffer): readonly string[] {
  const text = bytes.toString("utf8");
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n").map((line) => line.trimEnd());
}
