import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import {
  bytesIfThere,
  namesOrNothing,
  textIfThere,
  textOrNothing,
} from "../../src/files/read-if-there.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

test("what is there is read", () => {
  const folder = temporaryFolder();
  const path = join(folder, "file");
  writeFileSync(path, "é");
  expect(bytesIfThere(path)).toEqual(Buffer.from("é"));
  expect(textIfThere(path)).toBe("é");
  expect(textOrNothing(path)).toBe("é");
  expect(namesOrNothing(folder)).toEqual(["file"]);
});

test("what is not there is undefined, or nothing", () => {
  const path = join(temporaryFolder(), "none");
  expect(bytesIfThere(path)).toBeUndefined();
  expect(textIfThere(path)).toBeUndefined();
  expect(textOrNothing(path)).toBe("");
  expect(namesOrNothing(path)).toEqual([]);
});

test("what is there and cannot be read is an error, or nothing", () => {
  const path = join(temporaryFolder(), "folder");
  mkdirSync(path);
  expect(() => bytesIfThere(path)).toThrow(/EISDIR/);
  expect(() => textIfThere(path)).toThrow(/EISDIR/);
  expect(textOrNothing(path)).toBe("");
});
