import { closeSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import type { Database } from "node-sqlite3-wasm";
import { messageOf } from "../../errors.ts";
import { asideOf } from "../../files/own-file.ts";
import { fromTaggedJson, toTaggedJson } from "./tagged-json.ts";
import { type StateEntry, type StateWrite, valueOf } from "./state-write.ts";

/** An open file with everything that is kept, one row for each kind and key. */
export interface StateDatabase {
  /** All that is in it, and how many rows cannot be read. */
  entries(): { readonly entries: readonly StateEntry[]; readonly unreadable: number };
  /** All of them or none. */
  write(writes: readonly StateWrite[]): void;
  /** Somebody has taken the file away, or put another one in its place. */
  isGone(): boolean;
  close(): void;
}

/** What came of opening a file; `damaged` says where the former one is now. */
export type Opening =
  | { readonly is: "open"; readonly database: StateDatabase; readonly damaged: string | undefined }
  | { readonly is: "refused"; readonly why: string };

type OpenDatabase = new (path: string) => Database;

/** Loads SQLite; throws where it cannot be loaded. */
export type LoadSqlite = () => Promise<{ readonly Database: OpenDatabase }>;

/** What each version of the schema adds to the one before it. */
const migrations: readonly string[] = [
  "CREATE TABLE kept (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID",
];
/** "OpAC", for whoever wonders whose file this is. */
const applicationId = 0x4f704143;
const header = "SQLite format 3\0";

/** Opens a state file that nobody else uses, or makes it. One that cannot be read is put aside. */
export function openDatabase(sqlite: { readonly Database: OpenDatabase }, path: string): Opening {
  try {
    const opened = readDatabase(sqlite.Database, path);
    if (typeof opened === "string") return { is: "refused", why: opened };
    return { is: "open", database: opened, damaged: undefined };
  } catch (error) {
    if (!isDamage(error) && !isForeign(path)) throw error;
    const damaged = asideOf(path);
    putAside(path, damaged);
    const opened = readDatabase(sqlite.Database, path);
    if (typeof opened === "string") return { is: "refused", why: opened };
    return { is: "open", database: opened, damaged };
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
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    // In pages, 16 MB: each time the log is taken up the disk is waited for.
    database.exec("PRAGMA wal_autocheckpoint = 4000");
    const why = migrate(database, path);
    if (why !== undefined) {
      closeQuietly(database);
      return why;
    }
    // Damage in the middle of a file shows only where each row is read.
    database.get("SELECT sum(length(value)), count(key) FROM kept");
    return stateDatabase(database, path);
  } catch (error) {
    closeQuietly(database);
    throw error;
  }
}

function migrate(database: Database, path: string): string | undefined {
  const numberOf = (pragma: string): number => Number(database.get(`PRAGMA ${pragma}`)?.[pragma]);
  const version = numberOf("user_version");
  const owner = numberOf("application_id");
  const tables = Number(database.get("SELECT count(*) AS count FROM sqlite_master")?.["count"]);
  if (owner !== applicationId && tables > 0) {
    return `expected ${path} to be a state file of this server, found a database of another program: name another file with --state`;
  }
  if (version > migrations.length) {
    return `expected ${path} to be of version ${migrations.length} at most, found ${version}: run the newer opampsupervisor that made it, or name another file with --state`;
  }
  if (version === migrations.length) return undefined;
  const steps = migrations.slice(version).map((step) => `${step};`);
  const marks = `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length};`;
  database.exec(`BEGIN; ${steps.join(" ")} ${marks} COMMIT`);
  return undefined;
}

function stateDatabase(database: Database, path: string): StateDatabase {
  // Bytes are copied into SQLite's memory at once, and the letters of a text one by one.
  const put = database.prepare("INSERT OR REPLACE INTO kept VALUES (?, ?, CAST(? AS TEXT))");
  const remove = database.prepare("DELETE FROM kept WHERE kind = ? AND key = ?");
  const { ino } = statSync(path);
  return {
    entries: () => readEntries(database),
    write: (writes) => {
      database.exec("BEGIN");
      try {
        for (const { kind, key, value } of writes) {
          const kept = valueOf(value);
          if (kept === undefined) remove.run([kind, key]);
          else put.run([kind, key, Buffer.from(toTaggedJson(kept))]);
        }
        database.exec("COMMIT");
      } catch (error) {
        rollBack(database);
        throw error;
      }
    },
    isGone: () => statSync(path, { throwIfNoEntry: false })?.ino !== ino,
    close: () => {
      put.finalize();
      remove.finalize();
      database.close();
    },
  };
}

/** Rows that cannot be read as what they are to be are left out, and counted. */
function readEntries(database: Database): ReturnType<StateDatabase["entries"]> {
  const rows = database.all("SELECT kind, key, value FROM kept");
  const entries = rows.flatMap(({ kind, key, value }) => {
    if (typeof kind !== "string" || typeof key !== "string" || typeof value !== "string") return [];
    try {
      return [{ kind, key, value: fromTaggedJson(value) }];
    } catch {
      // One row that somebody has changed by hand is no reason to lose the others.
      return [];
    }
  });
  return { entries, unreadable: rows.length - entries.length };
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

function isDamage(error: unknown): boolean {
  return /not a database|malformed|corrupt|unsupported file format/i.test(messageOf(error));
}

/** Something is there, and it is no database. */
function isForeign(path: string): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return false;
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(header.length);
    readSync(file, start);
    return start.toString("latin1") !== header;
  } finally {
    closeSync(file);
  }
}

function putAside(path: string, aside: string): void {
  renameSync(path, aside);
  for (const suffix of ["-wal", "-journal"]) {
    if (statSync(path + suffix, { throwIfNoEntry: false }) !== undefined) {
      renameSync(path + suffix, aside + suffix);
    }
  }
}
