import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLogFile, type LogFile } from "../../../src/supervisor/log/log-file.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface Rig {
  readonly folder: string;
  readonly path: string;
  readonly log: LogFile;
  readonly news: string[];
  readonly said: (suffix?: string) => string;
}

function rig(rotation?: { maxBytes: number; maxFiles: number }, name = "a.log"): Rig {
  const folder = join(temporaryFolder(), "logs");
  mkdirSync(folder);
  const path = join(folder, name);
  const news: string[] = [];
  const log = createLogFile(path, openSync(path, "a", 0o600), rotation, {
    dropped: (lines) => news.push(`dropped ${lines}`),
    kept: (reason) => news.push(reason),
  });
  return {
    folder,
    path,
    log,
    news,
    said: (suffix = "") => readFileSync(`${path}${suffix}`, "utf8"),
  };
}

test("a file that was moved away is left when it is opened anew, and the new one has its mode", () => {
  const { path, log, news, said } = rig();
  execFileSync("chmod", ["640", path]);
  log.write("one\n");
  renameSync(path, `${path}.old`);
  log.write("two\n");
  log.reopen();
  log.write("three\n");
  expect([said(".old"), said()]).toEqual(["one\ntwo\n", "three\n"]);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(news).toEqual([]);
});

test("a file that somebody has made in its place is used as it is", () => {
  const { path, log, said } = rig();
  renameSync(path, `${path}.old`);
  writeFileSync(path, "theirs\n", { mode: 0o644 });
  log.reopen();
  log.write("ours\n");
  expect(said()).toBe("theirs\nours\n");
});

test("a file that is where it was goes on", () => {
  const { log, said } = rig();
  log.write("one\n");
  log.reopen();
  log.write("two\n");
  expect(said()).toBe("one\ntwo\n");
});

test.each([
  ["its folder is gone", ({ folder }: Rig) => rmSync(folder, { recursive: true })],
  ["a pipe stands there", ({ path }: Rig) => void execFileSync("mkfifo", [path])],
  ["a directory stands there", ({ path }: Rig) => mkdirSync(join(path, "in"), { recursive: true })],
  [
    "a link stands there",
    ({ folder, path }: Rig) => {
      writeFileSync(join(folder, "victim"), "");
      symlinkSync("victim", path);
    },
  ],
])("where %s the log goes on in the former file and says so", (_, change) => {
  const all = rig();
  const moved = join(all.folder, "..", "moved");
  renameSync(all.path, moved);
  change(all);
  all.log.reopen();
  all.log.write("on\n");
  expect(readFileSync(moved, "utf8")).toBe("on\n");
  expect(all.news).toHaveLength(1);
  expect(all.news[0]).toContain("the log goes on in its former file");
  const victim = join(all.folder, "victim");
  if (existsSync(victim)) expect(readFileSync(victim, "utf8")).toBe("");
});

test("a link that the operator made is followed, and its file set aside where it lies", () => {
  const folder = temporaryFolder();
  const [link, real] = [join(folder, "link.log"), join(folder, "real.log")];
  writeFileSync(real, "");
  symlinkSync("real.log", link);
  const news: string[] = [];
  const tell = { dropped: () => undefined, kept: (reason: string) => void news.push(reason) };
  const log = createLogFile(link, openSync(link, "a"), { maxBytes: 4, maxFiles: 1 }, tell);
  for (const line of ["one\n", "two\n"]) log.write(line);
  expect(readdirSync(folder).toSorted()).toEqual(["link.log", "real.log", "real.log.1"]);
  expect(readFileSync(link, "utf8")).toBe("two\n");
  expect(news).toEqual([]);
});

test("no line is lost and no more files are kept than were asked for", () => {
  const { folder, log, news, said } = rig({ maxBytes: 20, maxFiles: 3 });
  for (let number = 10; number < 40; number += 1) log.write(`line ${number}\n`);
  expect(readdirSync(folder).toSorted()).toEqual(["a.log", "a.log.1", "a.log.2", "a.log.3"]);
  const kept = [".3", ".2", ".1", ""].map((suffix) => said(suffix)).join("");
  expect(kept).toBe(Array.from({ length: 12 }, (_, at) => `line ${28 + at}\n`).join(""));
  expect(statSync(join(folder, "a.log")).mode & 0o777).toBe(0o600);
  expect(news).toEqual([]);
});

test("a file that was large at the start is set aside before the first line", () => {
  const folder = temporaryFolder();
  const path = join(folder, "a.log");
  writeFileSync(path, "former and long\n");
  const tell = { dropped: () => undefined, kept: () => undefined };
  const log = createLogFile(path, openSync(path, "a"), { maxBytes: 10, maxFiles: 2 }, tell);
  log.write("new\n");
  expect(readFileSync(`${path}.1`, "utf8")).toBe("former and long\n");
  expect(readFileSync(path, "utf8")).toBe("new\n");
});

test("where it cannot be set aside the log goes on, and it is not tried at each line", () => {
  const { path, log, news, said } = rig({ maxBytes: 80, maxFiles: 2 });
  mkdirSync(`${path}.1`);
  for (let number = 10; number < 40; number += 1) log.write(`line ${number}\n`);
  expect(said().split("\n")).toHaveLength(31);
  expect(news.length).toBeGreaterThan(0);
  expect(news.length).toBeLessThan(16);
  expect(news[0]).toContain("is not set aside");
});

test("a file that somebody else has put there is not set aside for its predecessor", () => {
  const { path, log, said } = rig({ maxBytes: 8, maxFiles: 2 });
  log.write("line one\n");
  renameSync(path, `${path}.old`);
  writeFileSync(path, "");
  log.write("two\n");
  expect(said()).toBe("two\n");
  expect(existsSync(`${path}.1`)).toBe(false);
});

test("lines that a full disk did not take are counted and told when there is room again", () => {
  const path = join(temporaryFolder(), "a.log");
  writeFileSync(path, "");
  const news: string[] = [];
  const log = createLogFile(path, openSync("/dev/full", "a"), undefined, {
    dropped: (lines) => news.push(`dropped ${lines}`),
    kept: (reason) => news.push(reason),
  });
  log.write("one\n");
  log.write("two\nthree\n");
  expect(news).toEqual([]);
  log.reopen();
  log.write("four\n");
  expect(news).toEqual(["dropped 3"]);
  expect(readFileSync(path, "utf8")).toBe("four\n");
});
