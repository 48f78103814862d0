import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clearWay, writeOwnFile } from "../../src/files/own-file.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

test("one of our own files is written for us alone, over what it held", () => {
  const path = join(temporaryFolder(), "agent.json");
  writeOwnFile(path, "a longer text");
  writeOwnFile(path, "é");
  expect(readFileSync(path, "utf8")).toBe("é");
  expect((statSync(path).mode & 0o777).toString(8)).toBe("600");
});

test("what stands in its place and is no file gives way; a directory is kept beside it", () => {
  const folder = temporaryFolder();
  const path = join(folder, "agent.json");
  const other = join(folder, "other");
  writeFileSync(other, "untouched");
  const ways = [
    () => execFileSync("mkfifo", [path]),
    () => symlinkSync(other, path),
    () => symlinkSync("/dev/full", path),
    () => mkdirSync(join(path, "deep"), { recursive: true }),
  ];
  for (const [number, put] of ways.entries()) {
    clearWay(path);
    execFileSync("rm", ["-f", path]);
    put();
    writeOwnFile(path, String(number));
    expect(readFileSync(path, "utf8")).toBe(String(number));
  }
  expect(readFileSync(other, "utf8")).toBe("untouched");
  const aside = readdirSync(folder).find((name) => name.startsWith("agent.json.damaged-")) ?? "";
  expect(readdirSync(join(folder, aside))).toEqual(["deep"]);
});

test("there need be nothing in the way", () => {
  const folder = temporaryFolder();
  clearWay(join(folder, "none"));
  writeFileSync(join(folder, "file"), "stays");
  clearWay(join(folder, "file"));
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("stays");
});
