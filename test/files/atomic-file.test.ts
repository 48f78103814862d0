import {
  readFileSync,
  statSync,
  readdirSync,
  linkSync,
  writeFileSync,
  mkdirSync,
  symlinkSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test, expect } from "vitest";
import { writeFileAtomic } from "../../src/files/atomic-file.ts";
import { mountSmallDisk, wayToMount } from "../helpers/e2e/small-disk.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

test("a file is made for the owner only, and nothing else is left", () => {
  const folder = temporaryFolder();
  const path = join(folder, "effective.yaml");
  writeFileAtomic(path, "receivers: {}\n");
  expect(readFileSync(path, "utf8")).toBe("receivers: {}\n");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["effective.yaml"]);
});

test("the old text is never touched: who has it open reads it to its end", () => {
  const folder = temporaryFolder();
  const path = join(folder, "effective.yaml");
  writeFileAtomic(path, "old");
  linkSync(path, join(folder, "seen"));
  writeFileAtomic(path, "new");
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(readFileSync(join(folder, "seen"), "utf8")).toBe("old");
});

test("a file that others could read is for the owner only from then on", () => {
  const path = join(temporaryFolder(), "effective.yaml");
  writeFileSync(path, "old", { mode: 0o644 });
  writeFileAtomic(path, "new");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each<[string, string | Uint8Array]>([
  ["an empty text", ""],
  ["characters of several bytes", "größer → 大"],
  ["bytes", Uint8Array.of(0, 255, 10)],
  ["some megabytes", "0123456789".repeat(500_000)],
])("%s is written whole", (_name, content) => {
  const path = join(temporaryFolder(), "file");
  writeFileAtomic(path, content);
  expect(readFileSync(path).equals(Buffer.from(content))).toBe(true);
});

test("what a killed writer left half written is written over", () => {
  const folder = temporaryFolder();
  const path = join(folder, "journal.json");
  writeFileSync(`${path}.${process.pid}.tmp`, "much longer than what comes now");
  writeFileAtomic(path, "whole");
  expect(readFileSync(path, "utf8")).toBe("whole");
  expect(readdirSync(folder)).toEqual(["journal.json"]);
});

test("a failed write leaves the old text and no temporary file", () => {
  const folder = temporaryFolder();
  const path = join(folder, "effective.yaml");
  mkdirSync(path);
  expect(() => writeFileAtomic(path, "new")).toThrow(/EISDIR|EEXIST|ENOTEMPTY/);
  expect(readdirSync(folder)).toEqual(["effective.yaml"]);
  expect(statSync(path).isDirectory()).toBe(true);
});

const flags = wayToMount();

test.skipIf(flags === undefined)("a full disk is an error and leaves the old text", async () => {
  const disk = await mountSmallDisk(flags ?? [], temporaryFolder(), "64k");
  const path = disk.path("effective.yaml");
  writeFileAtomic(path, "old");
  disk.fill();
  expect(() => writeFileAtomic(path, "new")).toThrow(/ENOSPC/);
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(disk.path(""))).toEqual(["effective.yaml", "filler"]);
});

test("what stands where the new text is put together first is neither waited for nor written into", () => {
  const folder = temporaryFolder();
  const path = join(folder, "effective.yaml");
  const temporary = `${path}.${process.pid}.tmp`;
  const other = join(folder, "other");
  writeFileSync(other, "untouched");
  const ways = [
    () => execFileSync("mkfifo", [temporary]),
    () => symlinkSync(other, temporary),
    () => symlinkSync("/dev/full", temporary),
    () => mkdirSync(join(temporary, "deep"), { recursive: true }),
  ];
  for (const [number, put] of ways.entries()) {
    put();
    writeFileAtomic(path, String(number));
    expect(readFileSync(path, "utf8")).toBe(String(number));
  }
  expect(readFileSync(other, "utf8")).toBe("untouched");
  expect(readdirSync(folder)).toEqual(["effective.yaml", "other"]);
});
