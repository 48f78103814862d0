import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tryAppending, tryDirectory, tryReplacing } from "../../src/files/try-writing.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

test("where files can be written nothing is said and nothing is left", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "there"));
  writeFileSync(join(folder, "old.log"), "old");
  for (const name of ["there", "new", "new/below/it"]) {
    expect(tryDirectory(join(folder, name))).toBeUndefined();
  }
  expect(tryReplacing(join(folder, "new/effective.yaml"))).toBeUndefined();
  expect(tryReplacing(join(folder, "old.log"))).toBeUndefined();
  expect(tryAppending(join(folder, "old.log"))).toBeUndefined();
  expect(tryAppending(join(folder, "new.log"))).toBeUndefined();
  expect(readdirSync(folder).sort()).toEqual(["old.log", "there"]);
  expect(readdirSync(join(folder, "there"))).toEqual([]);
  expect(readFileSync(join(folder, "old.log"), "utf8")).toBe("old");
});

test("what is in the way is named", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  symlinkSync("nowhere", join(folder, "link"));
  for (const name of ["file", "file/below", "link"]) {
    expect(tryDirectory(join(folder, name))).toContain("something that is no directory");
  }
  expect(tryReplacing(folder)).toContain("is a directory: expected a file");
  expect(tryAppending(folder)).toContain("is a directory: expected a file");
  expect(tryAppending(join(folder, "none/new.log"))).toContain("its directory is missing");
});

test.skipIf(!existsSync("/proc/self"))("below /proc nothing can be made", () => {
  expect(tryDirectory("/proc/opampsupervisor/storage")).toContain("nothing can be made");
});

test("a pipe that nobody reads is not waited for", () => {
  const path = join(temporaryFolder(), "pipe");
  execFileSync("mkfifo", [path]);
  expect(tryAppending(path)).toBeUndefined();
});
