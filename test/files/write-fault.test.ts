import { chownSync } from "node:fs";
import { expect, test } from "vitest";
import { isDiskFault, writeFault } from "../../src/files/write-fault.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const fault = (code: string): Error => Object.assign(new Error(`${code}: words`), { code });

test.each([
  ["EROFS", "mounted read-only"],
  ["ENOSPC", "no space left on the disk for /data/x"],
  ["EDQUOT", "quota"],
  ["EACCES", "may not be made or written by this user"],
  ["EPERM", "may not be made or written by this user"],
  ["ENOENT", "nothing can be made"],
  ["ENOTDIR", "no directory"],
  ["EISDIR", "is a directory"],
])("%s is a sentence with the path", (code, words) => {
  expect(writeFault("/data/x", fault(code))).toContain(words);
  expect(writeFault("/data/x", fault(code))).toContain("/data/x");
});

test.skipIf(process.getuid?.() !== 0)(
  "who has what may not be written is said, and what to type",
  () => {
    const folder = temporaryFolder();
    chownSync(folder, 64_322, 64_322);
    const said = writeFault(folder, fault("EACCES"));
    expect(said).toContain(`it belongs to uid 64322: give it to this user (chown -R 0 ${folder})`);
  },
);

test("what nobody has words for keeps its own", () => {
  expect(writeFault("/data/x", fault("EODD"))).toBe("/data/x cannot be written: EODD: words");
});

test("only the disk itself is meant by a fault of the disk", () => {
  expect(["EROFS", "ENOSPC", "EDQUOT", "EIO"].map((code) => isDiskFault(fault(code)))).toEqual(
    Array(4).fill(true),
  );
  expect(isDiskFault(fault("EACCES"))).toBe(false);
  expect(isDiskFault(new TypeError("words"))).toBe(false);
});
