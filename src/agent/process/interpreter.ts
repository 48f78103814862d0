import { closeSync, constants, readSync } from "node:fs";
import { openRegular } from "../../files/regular-file.ts";

/** The program that the system starts in the place of another one. */
export interface Interpreter {
  /** `script`: named in the first line; `loader`: named by a program of this machine's kind that is linked at its start. */
  readonly is: "script" | "loader";
  readonly path: string;
}

/** The kernel reads no more of a first line; the table of a program follows its head. */
const headBytes = 4096;
const longestPath = 4096;
const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };
const loaderEntry = 3;

/** What a file needs to be started with; undefined where it needs nothing, or that is not known. */
export function interpreterOf(path: string): Interpreter | undefined {
  try {
    const file = openRegular(path, constants.O_RDONLY);
    try {
      return interpreterIn((at, length) => piece(file, at, length));
    } finally {
      closeSync(file);
    }
  } catch {
    // It may be executed but not read.
    return undefined;
  }
}

type Piece = (at: number, length: number) => Buffer;

function interpreterIn(read: Piece): Interpreter | undefined {
  const head = read(0, headBytes);
  if (head.toString("latin1", 0, 2) === "#!") {
    const [line = ""] = head.toString("utf8", 2).split("\n", 1);
    // A carriage return belongs to the name, as the kernel sees it.
    const [, path = ""] = /^[ \t]*([^ \t]*)/.exec(line) ?? [];
    return path.startsWith("/") ? { is: "script", path } : undefined;
  }
  const ours = machines[process.arch];
  if (head.length < 64 || head.toString("latin1", 0, 6) !== "\x7fELF\x02\x01") return undefined;
  // One for another processor may be run by an emulator, which has its loader elsewhere.
  if (head.readUInt16LE(18) !== ours) return undefined;
  return loaderIn(head, read);
}

function loaderIn(head: Buffer, read: Piece): Interpreter | undefined {
  const [size, count] = [head.readUInt16LE(54), head.readUInt16LE(56)];
  const table = read(Number(head.readBigUInt64LE(32)), Math.min(size * count, headBytes));
  for (let at = 0; size >= 56 && at + size <= table.length; at += size) {
    if (table.readUInt32LE(at) !== loaderEntry) continue;
    const length = Math.min(Number(table.readBigUInt64LE(at + 32)), longestPath);
    const [path = ""] = read(Number(table.readBigUInt64LE(at + 8)), length)
      .toString("utf8")
      .split("\0", 1);
    return path.startsWith("/") ? { is: "loader", path } : undefined;
  }
  return undefined;
}

function piece(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, at));
}
