import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type LogFile, openLogFile } from "../../src/cli/status/log-file.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

function log(content?: string): { readonly path: string; readonly open: () => LogFile } {
  const path = join(temporaryFolder(), "agent.log");
  if (content !== undefined) writeFileSync(path, content);
  const open = (): LogFile => {
    const file = openLogFile(path);
    onTestFinished(file.close);
    return file;
  };
  return { path, open };
}

const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join("");

test("the last lines of a file are found, be there fewer or many more", () => {
  expect(log("a\nb\nc\n").open().last(2)).toEqual(["b", "c"]);
  expect(log("a\nb\nc\n").open().last(9)).toEqual(["a", "b", "c"]);
  expect(log("").open().last(9)).toEqual([]);
  expect(log("x\n").open().last(0)).toEqual([]);
  const many = log(numbered(0, 200_000)).open();
  expect(many.last(3)).toEqual(["line 199997", "line 199998", "line 199999"]);
  expect(many.last(50_000)).toHaveLength(50_000);
});

test("what is added is read once, and a line only when it is whole", () => {
  const { path, open } = log("first\nhal");
  const file = open();
  expect(file.last(5)).toEqual(["first"]);
  expect(file.more()).toEqual([]);
  appendFileSync(path, "f\nnext\n");
  expect(file.more()).toEqual(["half", "next"]);
  expect(file.more()).toEqual([]);
});

test("a file that is not there yet is read from its beginning when it is", () => {
  const { path, open } = log();
  const file = open();
  expect(file.last(5)).toEqual([]);
  expect(file.more()).toEqual([]);
  writeFileSync(path, "hello\n");
  expect(file.more()).toEqual(["hello"]);
});

test("a file that is renamed and made anew is followed, and nothing of either is lost", () => {
  const { path, open } = log("old\n");
  const file = open();
  file.last(1);
  appendFileSync(path, "last words\n");
  renameSync(path, `${path}.1`);
  writeFileSync(path, "new\n");
  expect([...file.more(), ...file.more()]).toEqual(["last words", "new"]);
});

test("a file that is copied away and emptied is followed through the copy", () => {
  const { path, open } = log("old\n");
  const file = open();
  file.last(1);
  appendFileSync(path, "unread\n");
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
  appendFileSync(path, "new\n");
  expect(file.more()).toEqual(["unread", "new"]);
});

test("a line without an end does not fill the memory", () => {
  const { path, open } = log("");
  const file = open();
  appendFileSync(path, "x".repeat(700_000));
  expect(file.more().join("")).toHaveLength(700_000);
});
