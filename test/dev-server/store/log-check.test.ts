import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Database } from "node-sqlite3-wasm";
import { expect, test } from "vitest";
import { isLogDamaged } from "../../../src/dev-server/store/log-check.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const headerBytes = 32;
const frameBytes = 24 + 4096;
/** What five transactions of `logOf` need. */
const frames = 13;

/** A log as SQLite has written it, with so many transactions. */
function logOf(transactions: number): string {
  const path = join(temporaryFolder(), "a.sqlite");
  const database = new Database(path);
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("CREATE TABLE a (b)");
  for (let at = 0; at < transactions; at += 1) database.run("INSERT INTO a VALUES (?)", [at]);
  copyFileSync(`${path}-wal`, `${path}-left`);
  database.close();
  return `${path}-left`;
}

test("a log that is whole, empty or not there is not damaged, nor is one that ends in the middle of a frame", () => {
  const path = logOf(5);
  expect(isLogDamaged(path)).toBe(false);
  truncateSync(path, readFileSync(path).length - 100);
  expect(isLogDamaged(path)).toBe(false);
  truncateSync(path);
  expect(isLogDamaged(path)).toBe(false);
  expect(existsSync(`${path}.none`)).toBe(false);
  expect(isLogDamaged(`${path}.none`)).toBe(false);
});

test.each([
  ["in its header", 12],
  ["in its first words", 0],
  ["in a frame", headerBytes + 2 * frameBytes + 500],
  ["in its last frame", headerBytes + (frames - 1) * frameBytes + 500],
])("a log that is damaged %s is found to be", (_, at) => {
  const path = logOf(5);
  const bytes = readFileSync(path);
  expect(bytes.length).toBe(headerBytes + frames * frameBytes);
  writeFileSync(path, bytes.fill(bytes.readUInt8(at) ^ 0xff, at, at + 1));
  expect(isLogDamaged(path)).toBe(true);
});

test("frames of an earlier round of the log are no damage", () => {
  const path = logOf(5);
  const older = readFileSync(logOf(9)).subarray(headerBytes + frames * frameBytes);
  writeFileSync(path, Buffer.concat([readFileSync(path), older]));
  expect(isLogDamaged(path)).toBe(false);
});
