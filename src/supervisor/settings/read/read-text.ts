import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { systemCodeOf, messageOf } from "../../../errors.ts";
import type { Problem, ProblemCode } from "../file/problem.ts";

/** Settings are written by hand: with every key and its comment they have some 40 kB. */
const maxBytes = 1024 * 1024;

const expected = "expected a supervisor.yaml";

/** The text of a settings file, or why it is none. */
export function readText(name: string, workingDirectory: string): string | Problem {
  if (name === "") return problem(name, "file-missing", "expected the path of a file, found none");
  try {
    const bytes = readBeginning(resolve(workingDirectory, name));
    if (bytes.length > maxBytes) {
      const message = `${expected}, found more than ${maxBytes / 1024} KiB: is this another file?`;
      return problem(name, "file-unreadable", message);
    }
    if (bytes.includes(0)) {
      const message = `${expected}, found bytes that are no text: a program, an archive, or text in UTF-16?`;
      return problem(name, "file-unreadable", message);
    }
    const text = new TextDecoder().decode(bytes);
    const strange = text.indexOf("\ufffd");
    if (strange === -1) return text;
    const line = text.slice(0, strange).split("\n").length;
    const message = `${expected} in UTF-8, found bytes on line ${line} that are not: was it saved in another encoding?`;
    return problem(name, "file-unreadable", message);
  } catch (error) {
    const code = systemCodeOf(error) === "ENOENT" ? "file-missing" : "file-unreadable";
    return problem(name, code, unreadable[systemCodeOf(error) ?? ""] ?? messageOf(error));
  }
}

/** One byte more than is allowed at most: a device or a pipe may have no end. */
function readBeginning(path: string): Uint8Array {
  // A pipe that nobody has opened for writing would be waited for.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const patience = fstatSync(file).isFIFO() ? pipePatienceMs : 0;
    const end = performance.now() + patience;
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = readPiece(file, buffer.subarray(length), end);
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/** What is piped in by a shell comes at once; whoever has opened a pipe and says nothing is not waited for. */
const pipePatienceMs = 1_000;

function readPiece(file: number, into: Buffer, end: number): number {
  for (;;) {
    try {
      return readSync(file, into, 0, into.length, null);
    } catch (error) {
      if (systemCodeOf(error) !== "EAGAIN" || performance.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function problem(file: string, code: ProblemCode, message: string): Problem {
  return {
    ...{ code, severity: "error", path: "", file, message },
    ...{ line: 0, column: 0, sourceLine: "" },
  };
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: "no such file: name the settings file with --config",
  ENOTDIR: "no such file: name the settings file with --config",
  EISDIR: "expected a file, found a directory: name the supervisor.yaml in it",
  EAGAIN: "expected a file, found a pipe or a device that gives nothing to read",
  EACCES: "may not be read by this user: change its owner or mode, or run this as another user",
};
