import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../../src/processes/find-program.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

function folderWith(name: string, mode: number): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), "#!/bin/sh\n");
  chmodSync(join(folder, name), mode);
  return folder;
}

test("the first one on the PATH that may be run is taken", () => {
  const [idle, good] = [folderWith("bwrap", 0o644), folderWith("bwrap", 0o755)];
  expect(findProgram("bwrap", `${idle}::${good}:/nowhere`)).toBe(join(good, "bwrap"));
  expect(findProgram("bwrap", "")).toBeUndefined();
});

test("a program of another name that stands in for it is not", () => {
  const box = folderWith("busybox", 0o755);
  const folder = join(box, "bin");
  mkdirSync(folder);
  symlinkSync(join(box, "busybox"), join(folder, "setpriv"));
  expect(findProgram("setpriv", folder)).toBeUndefined();
});
