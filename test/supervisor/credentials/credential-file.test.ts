import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import {
  readCredentialFile,
  readTextSource,
} from "../../../src/supervisor/credentials/credential-file.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("the text without the white space around it, as it is now", async () => {
  const file = join(temporaryFolder(), "token");
  writeFileSync(file, "  first\r\n");
  expect(await readCredentialFile(file)).toBe("first");
  writeFileSync(file, "second");
  expect(await readTextSource({ is: "file", file })).toBe("second");
});

test("a text is itself", async () => {
  expect(await readTextSource({ is: "text", text: " a " })).toBe(" a ");
});

test.each([
  ["does not exist", () => undefined],
  ["is empty", (file: string) => writeFileSync(file, " \n")],
  ["65537 bytes", (file: string) => writeFileSync(file, "x".repeat(65_537))],
  ["something else", (file: string) => void execFileSync("mkfifo", [file])],
  ["something else", (file: string) => void execFileSync("mkdir", [file])],
])("a file that %s is named, and nothing in it", async (words, prepare) => {
  const file = join(temporaryFolder(), "token");
  prepare(file);
  await expect(readCredentialFile(file)).rejects.toThrow(words);
  await expect(readCredentialFile(file)).rejects.toThrow(file);
  await expect(readCredentialFile(file)).rejects.not.toThrow("xxx");
});
