import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileCopies } from "../../src/sources/kept-copies.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

test("what was last in a file is known when it is gone, and for this user alone", () => {
  const folder = temporaryFolder();
  const [directory, file] = [join(folder, "copies"), join(folder, "a.yaml")];
  const copies = fileCopies(directory);
  expect(copies.of(file)).toBeUndefined();
  writeFileSync(file, "one");
  copies.keep([file]);
  writeFileSync(file, "two");
  copies.keep([file, join(folder, "never there")]);
  rmSync(file);
  copies.keep([file]);
  expect(copies.of(file)).toBe("two");
  expect(statSync(directory).mode & 0o777).toBe(0o700);
});

test("without a place, and with one that takes nothing, there are no copies and no faults", () => {
  const file = join(temporaryFolder(), "a.yaml");
  writeFileSync(file, "one");
  for (const copies of [fileCopies(undefined), fileCopies(join(file, "below a file"))]) {
    copies.keep([file]);
    expect(copies.of(file)).toBeUndefined();
  }
});
