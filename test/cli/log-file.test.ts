import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
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

test("a line that had no end when its file was replaced stands alone", () => {
  for (const replace of [
    (path: string) => renameSync(path, `${path}.1`),
    (path: string) => truncateSync(path),
  ]) {
    const { path, open } = log("old\nhalf");
    const file = open();
    expect(file.last(5)).toEqual(["old"]);
    replace(path);
    appendFileSync(path, "new\n");
    expect(file.more()).toEqual(["half", "new"]);
  }
});

test("a file in whose place something else lies goes on, and is closed once", () => {
  const { path, open } = log("old\n");
  const file = open();
  renameSync(path, `${path}.1`);
  mkdirSync(path);
  expect(file.more).toThrow("EISDIR");
  appendFileSync(`${path}.1`, "still here\n");
  expect(file.more()).toEqual(["still here"]);
  rmSync(path, { recursive: true });
  expect(file.more()).toEqual([]);
  writeFileSync(path, "new\n");
  expect(file.more()).toEqual(["new"]);
});

test("the end of a file of many gigabytes of nothing is found at once", () => {
  const { path, open } = log("");
  truncateSync(path, 8 * 1024 ** 3);
  appendFileSync(path, "\nlast\n");
  expect(open().last(1)).toEqual(["last"]);
});

/** What is written at once: its number makes each unlike all others, and any bytes may follow. */
const written = fc.record({
  write: fc.uint8Array({ maxLength: 80 }).map((bytes) => bytes.filter((byte) => byte !== 10)),
  ends: fc.boolean(),
});
const happening = fc.oneof(
  { weight: 6, arbitrary: written },
  { weight: 3, arbitrary: fc.constant("read" as const) },
  { weight: 1, arbitrary: fc.constantFrom("renamed", "copied", "emptied", "removed") },
);

test("whatever is written, and however the file is rotated, each line is read once and in its order", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (story) => {
      const { path, open } = log("first\n");
      const file = open();
      const read: string[] = [...file.last(1)];
      const expected = ["first"];
      let unfinished = Buffer.alloc(0);
      const readAll = (): void => {
        for (let idle = 0; idle < 2;) {
          const lines = file.more();
          read.push(...lines);
          idle = lines.length === 0 ? idle + 1 : 0;
        }
      };
      const end = (): void => {
        if (unfinished.length > 0) expected.push(unfinished.toString("utf8").trimEnd());
        unfinished = Buffer.alloc(0);
      };
      for (const [index, one] of story.entries()) {
        if (one === "read") readAll();
        else if (typeof one === "object") {
          const bytes = Buffer.concat([Buffer.from(`${index}:`), one.write]);
          appendFileSync(path, one.ends ? Buffer.concat([bytes, Buffer.from("\n")]) : bytes);
          unfinished = Buffer.concat([unfinished, bytes]);
          if (one.ends) end();
        } else {
          // What is emptied without a copy is gone.
          if (one === "emptied") readAll();
          if (one === "renamed") renameSync(path, `${path}.1`);
          if (one === "copied") copyFileSync(path, `${path}.1`);
          if (one === "copied" || one === "emptied") truncateSync(path);
          if (one === "removed") rmSync(path);
          const bytes = `${index} is new\n`;
          end();
          appendFileSync(path, bytes);
          expected.push(bytes.trim());
          readAll();
        }
      }
      readAll();
      end();
      expect(read).toEqual(expected.slice(0, read.length));
      expect(expected.length - read.length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 150 },
  );
});
