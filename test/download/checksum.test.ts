import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, expect } from "vitest";
import { checksumFor, sha256Of } from "../../src/download/checksum.ts";
import { temporaryDirectory } from "../fixtures/collector/setting.ts";

const a = "a".repeat(64);
const b = "b".repeat(64);

test.each([
  ["bare digits", a, a],
  ["bare digits with a line end", `${a}\n`, a],
  ["capital digits", a.toUpperCase(), a],
  ["one line with the name", `${a}  collector.tar.gz\n`, a],
  ["a binary mark", `${a} *collector.tar.gz\n`, a],
  ["a joint file", `${b}  collector.tar.gz.asc\n${a}  collector.tar.gz\n${b}  other\n`, a],
  ["the same line twice", `${a}  collector.tar.gz\n${a}  collector.tar.gz\n`, a],
])("the checksum is read from %s", (_name, text, expected) => {
  expect(checksumFor("collector.tar.gz", text)).toBe(expected);
});

test.each([
  ["an empty file", ""],
  ["other artifacts only", `${a}  other.tar.gz\n`],
  ["a longer name", `${a}  my-collector.tar.gz\n`],
  ["too few digits", a.slice(1)],
  ["a page of a proxy", "<html>please log in</html>"],
  ["two answers", `${a}  collector.tar.gz\n${b}  collector.tar.gz\n`],
  ["bare digits twice", `${a}\n${b}\n`],
])("a check file is refused when it holds %s", (_name, text) => {
  expect(() => checksumFor("collector.tar.gz", text)).toThrow(/expected one SHA-256/);
});

test("the SHA-256 of a file is the well-known one", async () => {
  const file = join(await temporaryDirectory(), "abc");
  await writeFile(file, "abc");
  expect(await sha256Of(file)).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
