import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemCodeOf } from "../../src/errors.ts";
import { makeDirectory } from "../../src/files/make-directory.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

function codeOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return systemCodeOf(error);
  }
}

test("what is missing above is made too, all with the same mode", () => {
  const folder = temporaryFolder();
  makeDirectory(join(folder, "a/b"), 0o700);
  expect(statSync(join(folder, "a")).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, "a/b")).mode & 0o777).toBe(0o700);
});

test("a directory that is there stays as it is, also behind a link", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "real"), { mode: 0o755 });
  symlinkSync("real", join(folder, "link"));
  makeDirectory(join(folder, "link"), 0o700);
  expect(statSync(join(folder, "real")).mode & 0o777).toBe(0o755);
});

test.skipIf(!existsSync("/proc/self"))("below /proc it ends, with an error", () => {
  expect(codeOf(() => makeDirectory("/proc/opampsupervisor/storage"))).toBe("ENOENT");
});

test("a file in the way and a link that leads nowhere are errors", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  symlinkSync("nowhere", join(folder, "link"));
  expect(codeOf(() => makeDirectory(join(folder, "file")))).toBe("EEXIST");
  expect(codeOf(() => makeDirectory(join(folder, "file/below")))).toBe("ENOTDIR");
  expect(codeOf(() => makeDirectory(join(folder, "link")))).toBe("EEXIST");
});
