import { existsSync, rmSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { Database } from "node-sqlite3-wasm";
import { messageOf } from "../../errors.ts";
import { asideOf } from "../../files/own-file.ts";
import {
  type Change,
  changeBetween,
  dropLog,
  hasOrphans,
  isForeign,
  marksOf,
  putAside,
  removeDatabase,
} from "./database-files.ts";
import { isLogDamaged } from "./log-check.ts";
import { fromTaggedJson, toTaggedJson } from "./tagged-json.ts";
import { type StateEntry, type StateWrite, valueOf } from "./state-write.ts";

/** An open file with everything that is kept, one row for each kind and key. */
export interface StateDatabase {
  /** All that is in it, and how many rows cannot be read. */
  entries(): { readonly entries: readonly StateEntry[]; readonly unreadable: number };
  /** All of them or none. */
  write(writes: readonly StateWrite[]): void;
  /** What somebody else has done to the file or its log since we last wrote; undefined: nothing. */
  change(): Change | undefined;
  close(): void;
  /** Closes it without writing anything to the file, which is no longer what we made. */
  abandon(): void;
}

/** What came of opening a file; `damaged` says where the former one is now. */
export type Opening =
  | {
      readonly is: "open";
      readonly database: StateDatabase;
      readonly damaged: string | undefined;
      /** Something that was written last is lost. */
      readonly lostLog: boolean;
    }
  | { readonly is: "refused"; readonly why: string };

type OpenDatabase = new (path: string) => Database;

/** Loads SQLite; throws where it cannot be loaded. */
export type LoadSqlite = () => Promise<{ readonly Database: OpenDatabase }>;

/** What each version of the schema adds to the one before it. */
const migrations: readonly string[] = [
  "CREATE TABLE kept (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID",
  // Of rows that were written before there is none: such are taken as they are.
  "ALTER TABLE kept ADD COLUMN sum INTEGER",
];
/** "OpAC", for whoever wonders whose file this is. */
const applicationId = 0x4f704143;

/** Opens a state file that nobody else uses, or makes it. One that cannot be read is put aside. */
export function openDatabase(sqlite: { readonly Database: OpenDatabase }, path: string): Opening {
  try {
    const lostLog = isLogDamaged(`${path}-wal`);
    if (hasOrphans(path)) throw new Error("file is not a database");
    const opened = readOrMake(sqlite.Database, path);
    if (typeof opened === "string") return { is: "refused", why: opened };
    return { is: "open", database: opened, damaged: undefined, lostLog };
  } catch (error) {
    if (!isDamage(error) && !isForeign(path)) throw error;
    const damaged = asideOf(path);
    putAside(path, damaged);
    const opened = readOrMake(sqlite.Database, path);
    if (typeof opened === "string") return { is: "refused", why: opened };
    return { is: "open", database: opened, damaged, lostLog: false };
  }
}

function readOrMake(Database: OpenDatabase, path: string): StateDatabase | string {
  const isNew = !existsSync(path);
  try {
    return readDatabase(Database, path);
  } catch (error) {
    // A full disk leaves half of a new file, which the next attempt would take for a damaged one.
    if (isNew) removeDatabase(path);
    throw error;
  }
}

/** The database, or why it is not touched. */
function readDatabase(Database: OpenDatabase, path: string): StateDatabase | string {
  // Whoever was killed has left it; that nobody lives who could hold it is known from our own lock.
  rmSync(`${path}.lock`, { recursive: true, force: true });
  if (isForeign(path)) throw new Error("file is not a database");
  const database = new Database(path);
  try {
    // Alone with its file it needs no memory that is shared with others, which it does not have.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    const why = refusalOf(database, path);
    if (why !== undefined) {
      closeQuietly(database);
      return why;
    }
    // Written into the file, which has to be ours.
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    // In pages, 16 MB: each time the log is taken up the disk is waited for.
    database.exec("PRAGMA wal_autocheckpoint = 4000");
    migrate(database);
    // Damage in the middle of a file shows only where each page is read.
    const found = database.get("PRAGMA quick_check(1)")?.["quick_check"];
    if (found !== "ok") throw new Error("database disk image is malformed");
    return stateDatabase(database, path);
  } catch (error) {
    closeQuietly(database);
    throw error;
  }
}

/** Why a database is not touched; undefined: it is ours, or there is nothing in it yet. */
function refusalOf(database: Database, path: string): string | undefined {
  const tables = Number(database.get("SELECT count(*) AS count FROM sqlite_master")?.["count"]);
  if (numberOf(database, "application_id") !== applicationId && tables > 0) {
    return `expected ${path} to be a state file of this server, found a database of another program: name another file with --state`;
  }
  const version = numberOf(database, "user_version");
  return version > migrations.length
    ? `expected ${path} to be of version ${migrations.length} at most, found ${version}: run the newer opampsupervisor that made it, or name another file with --state`
    : undefined;
}

function migrate(database: Database): void {
  const version = numberOf(database, "user_version");
  if (version === migrations.length) return;
  const steps = migrations.slice(version).map((step) => `${step};`);
  const marks = `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length};`;
  database.exec(`BEGIN; ${steps.join(" ")} ${marks} COMMIT`);
}

function numberOf(database: Database, pragma: string): number {
  return Number(database.get(`PRAGMA ${pragma}`)?.[pragma]);
}

function stateDatabase(database: Database, path: string): StateDatabase {
  // Bytes are copied into SQLite's memory at once, and the letters of a text one by one.
  const put = database.prepare(
    "INSERT OR REPLACE INTO kept (kind, key, value, sum) VALUES (?, ?, CAST(? AS TEXT), ?)",
  );
  const remove = database.prepare("DELETE FROM kept WHERE kind = ? AND key = ?");
  let marks = marksOf(path);
  const close = (): void => {
    put.finalize();
    remove.finalize();
    database.close();
  };
  return {
    entries: () => readEntries(database),
    write: (writes) => {
      database.exec("BEGIN");
      try {
        for (const { kind, key, value } of writes) {
          const kept = valueOf(value);
          if (kept === undefined) remove.run([kind, key]);
          else {
            const bytes = Buffer.from(toTaggedJson(kept));
            put.run([kind, key, bytes, sumOf(kind, key, bytes)]);
          }
        }
        database.exec("COMMIT");
      } catch (error) {
        rollBack(database);
        throw error;
      } finally {
        marks = marksOf(path);
      }
    },
    change: () => changeBetween(marks, marksOf(path)),
    close,
    abandon: () => {
      dropLog(path);
      close();
    },
  };
}

/** Rows that cannot be read as what they are to be are left out, and counted. */
function readEntries(database: Database): ReturnType<StateDatabase["entries"]> {
  const rows = database.all("SELECT kind, key, value, sum FROM kept");
  const entries = rows.flatMap(({ kind, key, value, sum }) => {
    if (typeof kind !== "string" || typeof key !== "string" || typeof value !== "string") return [];
    if (sum !== null && Number(sum) !== sumOf(kind, key, value)) return [];
    try {
      return [{ kind, key, value: fromTaggedJson(value) }];
    } catch {
      // One row that somebody has changed by hand is no reason to lose the others.
      return [];
    }
  });
  return { entries, unreadable: rows.length - entries.length };
}

/** SQLite has no sums of what it keeps: a disk that changes a letter of a configuration would go unseen. */
function sumOf(kind: string, key: string, value: string | Buffer): number {
  return crc32(value, crc32(`${kind}\n${key}\n`));
}

function rollBack(database: Database): void {
  try {
    if (database.inTransaction) database.exec("ROLLBACK");
  } catch {
    // What went wrong before is what is told.
  }
}

function closeQuietly(database: Database): void {
  try {
    database.close();
  } catch {
    // It could not be used, and is not needed.
  }
}

/** What SQLite says of a file whose content cannot be what was written to it. */
export function isDamage(error: unknown): boolean {
  return /not a database|malformed|corrupt|unsupported file format|no such (table|column)|already exists/i.test(
    messageOf(error),
  );
}
