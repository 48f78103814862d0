import { mkdirSync, writeFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { createRealPath } from "../../../src/supervisor/edges/real-path.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("links are followed, also by what does not exist yet below them", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "there"));
  writeFileSync(join(folder, "there/file"), "");
  symlinkSync("there", join(folder, "link"));
  const realPath = createRealPath(folder);
  expect(realPath(join(folder, "link/file"))).toBe(join(folder, "there/file"));
  expect(realPath(join(folder, "link/new/deep"))).toBe(join(folder, "there/new/deep"));
  expect(realPath("link/file")).toBe(join(folder, "there/file"));
  expect(realPath(".")).toBe(folder);
});

test("a path that cannot be followed stays what it is", () => {
  const folder = temporaryFolder();
  symlinkSync("loop", join(folder, "loop"));
  const realPath = createRealPath(folder);
  expect(realPath(join(folder, "loop/x"))).toBe(join(folder, "loop/x"));
  expect(realPath("/no-such-folder/x")).toBe("/no-such-folder/x");
});

test.skipIf(process.platform !== "linux")("the root directory by another name is followed", () => {
  expect(createRealPath("/")("/proc/self/root/etc")).toBe("/etc");
});
