import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { createReadingNote } from "../../../src/supervisor/store/reading-note.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("who ends while an offer is read leaves a note of it, which counts", () => {
  const path = join(temporaryFolder(), "reading.json");
  const first = createReadingNote(path);
  expect(first.found).toBeUndefined();
  first.begin("a");
  const second = createReadingNote(path);
  expect(second.found).toEqual({ digest: "a", times: 1 });
  second.begin("a");
  expect(createReadingNote(path).found).toEqual({ digest: "a", times: 2 });
});

test("an offer that was read leaves nothing", () => {
  const path = join(temporaryFolder(), "reading.json");
  const note = createReadingNote(path);
  note.begin("a");
  note.end();
  expect(existsSync(path)).toBe(false);
  expect(createReadingNote(path).found).toBeUndefined();
});

test.each(["", "{", "[]", '{"digest": 3}', "null"])("a damaged note %j is no note", (text) => {
  const path = join(temporaryFolder(), "reading.json");
  writeFileSync(path, text);
  expect(createReadingNote(path).found).toBeUndefined();
});

test("a disk that takes no note stops nothing", () => {
  const note = createReadingNote(join(temporaryFolder(), "none", "reading.json"));
  note.begin("a");
  note.end();
});

test("an end counts only in a row: what was read in between begins anew", () => {
  const path = join(temporaryFolder(), "reading.json");
  createReadingNote(path).begin("a");
  const second = createReadingNote(path);
  second.begin("a");
  second.end();
  second.begin("a");
  expect(createReadingNote(path).found).toEqual({ digest: "a", times: 1 });
});
