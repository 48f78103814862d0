import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { once } from "node:events";
import fc from "fast-check";
import { test, expect, onTestFinished } from "vitest";
import { openRegular, readRegular, readRegularText } from "../../src/files/regular-file.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

test("a file is read whole, through links too", () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
      writeFileSync(at("file"), bytes);
      expect(readRegular(at("file"))).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 50 },
  );
  writeFileSync(at("file"), "é");
  symlinkSync(at("file"), at("link"));
  expect(readRegularText(at("link"))).toBe("é");
});

test("what is no file is refused at once, in words", async () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  mkdirSync(at("directory"));
  execFileSync("mkfifo", [at("pipe")]);
  symlinkSync(at("pipe"), at("link"));
  const server = createServer().listen(at("socket"));
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const kinds = {
    [at("directory")]: "a directory",
    [at("pipe")]: "a pipe",
    [at("link")]: "a pipe",
    [at("socket")]: "a socket",
    "/dev/zero": "a device",
    "/dev/full": "a device",
  };
  for (const [path, kind] of Object.entries(kinds)) {
    const words = `expected a file, found ${kind}, '${path}'`;
    expect(() => readRegular(path)).toThrow(words);
    expect(() => openRegular(path, constants.O_WRONLY | constants.O_APPEND)).toThrow(words);
  }
  symlinkSync(at("nowhere"), at("dangling"));
  expect(() => readRegular(at("dangling"))).toThrow("ENOENT");
});

test("no more is read than is allowed, whatever size the system names", () => {
  const path = join(temporaryFolder(), "file");
  writeFileSync(path, "12345");
  expect(readRegularText(path, 5)).toBe("12345");
  expect(() => readRegular(path, 4)).toThrow(`expected 4 bytes at most, found more, '${path}'`);
  truncateSync(path, 10 * 1024 ** 3);
  expect(() => readRegular(path)).toThrow("expected 256 MiB at most");
  // Files of the kernel have no size.
  expect(readRegularText("/proc/version")).toBe(readFileSync("/proc/version", "utf8"));
  expect(() => readRegular("/proc/version", 10)).toThrow("expected 10 bytes at most");
});

test("a file is made where that is asked for", () => {
  const path = join(temporaryFolder(), "file");
  closeSync(openRegular(path, constants.O_WRONLY | constants.O_CREAT, 0o600));
  expect(readRegularText(path)).toBe("");
});
