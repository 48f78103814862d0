import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { opensTooDeep } from "../../../agent-config/yaml/depth.ts";
import { systemCodeOf, messageOf } from "../../../errors.ts";
import type { Problem, ProblemCode } from "../file/problem.ts";

/** Settings are written by hand: with every key and its comment they have some 40 kB. */
const maxBytes = 1024 * 1024;

const expected = "expected a supervisor.yaml";

/** The text of a settings file, or why it is none. */
export function readText(name: string, workingDirectory: string): string | Problem {
  if (name === "")
    return wholeFileProblem(name, "file-missing", "expected the path of a file, found none");
  try {
    return settingsText(name, readBeginning(resolve(workingDirectory, name)));
  } catch (error) {
    const code = systemCodeOf(error) === "ENOENT" ? "file-missing" : "file-unreadable";
    return wholeFileProblem(name, code, unreadable[systemCodeOf(error) ?? ""] ?? messageOf(error));
  }
}

/** The text that these bytes are, wherever they come from, or why they can be no settings. */
export function settingsText(name: string, bytes: Uint8Array): string | Problem {
  const unfit = (message: string): Problem => wholeFileProblem(name, "file-unreadable", message);
  if (bytes.length > maxBytes) {
    return unfit(`${expected}, found more than ${maxBytes / 1024} KiB: is this another file?`);
  }
  if (bytes.includes(0)) {
    return unfit(
      `${expected}, found bytes that are no text: a program, an archive, or text in UTF-16?`,
    );
  }
  const text = new TextDecoder().decode(bytes);
  // They would end the whole process in the parser.
  if (opensTooDeep(text)) {
    return unfit(`${expected}, found more brackets within brackets than any has`);
  }
  const strange = text.indexOf("\ufffd");
  if (strange === -1) return text;
  const line = text.slice(0, strange).split("\n").length;
  return unfit(
    `${expected} in UTF-8, found bytes on line ${line} that are not: was it saved in another encoding?`,
  );
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

/** What is wrong with a file as a whole. */
export function wholeFileProblem(file: string, code: ProblemCode, message: string): Problem {
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
