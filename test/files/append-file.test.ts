import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openToAppend } from "../../src/files/append-file.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

function opened(file: number): number {
  onTestFinished(() => closeSync(file));
  return file;
}

test("a file is written at its end, and made where it is missing", () => {
  const folder = temporaryFolder();
  for (const name of ["old", "new"]) {
    const path = join(folder, name);
    if (name === "old") writeFileSync(path, "old ");
    writeSync(opened(openToAppend(path, 0o600)), "more");
  }
  expect(readFileSync(join(folder, "old"), "utf8")).toBe("old more");
  expect(readFileSync(join(folder, "new"), "utf8")).toBe("more");
});

test("a pipe is opened without a reader, and a later one finds what was written", () => {
  const path = join(temporaryFolder(), "pipe");
  execFileSync("mkfifo", [path]);
  writeSync(opened(openToAppend(path)), "before");
  const reader = opened(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  const bytes = Buffer.alloc(16);
  expect(bytes.toString("utf8", 0, readSync(reader, bytes))).toBe("before");
});
