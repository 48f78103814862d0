import { statSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "../../errors.ts";
import { makeDirectory } from "../../files/make-directory.ts";
import { asideOf } from "../../files/own-file.ts";
import type { PostDevServerEvent } from "../fleet/dev-server-event.ts";
import { isDamage, type LoadSqlite, openDatabase, type StateDatabase } from "./database.ts";
import { isEmpty, putAside, removeDatabase } from "./database-files.ts";
import { countUnwritten } from "./unwritten.ts";
import { createHold, type Hold } from "./state-hold.ts";
import { type StateEntry, type StateWrite, valueOf } from "./state-write.ts";

/** What a server keeps beyond its own life. */
export interface StateFile {
  /** Undefined: everything is kept in memory only. */
  readonly path: string | undefined;
  /** Why what is new is not on the disk just now. */
  problem(): string | undefined;
  /** All that is kept: what was there when the server started, and what has changed since. */
  readonly entries: readonly StateEntry[];
  /** Is written soon, together with others. */
  put(write: StateWrite): void;
  /** Writes now what is to be there first; a disk that fails is told of, and tried again later. */
  readonly flush: () => void;
  close(): void;
}

const gatherMs = 200;
const retryMs = 5_000;
/** So much is written at once; the rest waits for as long as this, so that agents are answered meanwhile. */
const mostAtOnce = 300;
const restMs = 50;
/** How long a file that somebody else has changed is not noticed where nothing is to be written. */
const lookMs = 5_000;
/** So many files are put aside at most, so that whoever damages them for ever fills no disk. */
const mostAside = 3;
const spaceHint = "is there space left on its disk, and may it be written?";

/**
 * Opens a state file. What keeps it from being opened is told, and then nothing is kept beyond the server's life: agents are
 * served without it too.
 */
export async function openState(
  path: string,
  load: LoadSqlite,
  post: PostDevServerEvent,
): Promise<StateFile> {
  const refuse = (why: string): StateFile => {
    post({ on: "state-not-kept", path, why });
    return inMemory(why);
  };
  try {
    makeDirectory(dirname(path), 0o700);
    const sqlite = await load();
    const hold = createHold(path, () => openDatabase(sqlite, path));
    const wasEmpty = isEmpty(path);
    const opening = hold.open();
    if (opening.is === "refused") return refuse(opening.why);
    if (opening.damaged !== undefined) {
      post({ on: "state-damaged", path, aside: opening.damaged });
    } else if (opening.lostLog) {
      post({ on: "state-log-damaged", path });
    } else if (wasEmpty) {
      post({ on: "state-empty", path });
    }
    try {
      return keepOn(path, opening.database, hold, post);
    } catch (error) {
      // Whoever tries next is not to be told that somebody uses it.
      closeOf(opening.database);
      hold.release();
      throw error;
    }
  } catch (error) {
    return refuse(unusable(path, error));
  }
}

/** Nothing is kept beyond the server's life. */
export function inMemory(why?: string): StateFile {
  return {
    path: undefined,
    problem: () => why,
    entries: [],
    put: () => undefined,
    flush: () => undefined,
    close: () => undefined,
  };
}

function keepOn(
  path: string,
  opened: StateDatabase,
  hold: Hold,
  post: PostDevServerEvent,
): StateFile {
  /** All that is to be in the file, so that it can be made anew when somebody removes it. */
  const wanted = new Map<string, StateWrite>();
  const { entries, unreadable } = opened.entries();
  if (unreadable > 0) post({ on: "state-rows-left-out", path, count: unreadable });
  for (const { kind, key, value } of entries) {
    if (typeof value === "object" && value !== null)
      wanted.set(idOf(kind, key), { kind, key, value });
  }
  const pending = new Set<string>();
  const urgent = new Set<string>();
  /** Those of the pending that were never written. */
  const unheard = new Set<string>();
  let database: StateDatabase | undefined = opened;
  let timer: NodeJS.Timeout | undefined;
  let problem: string | undefined;

  /** We have begun the file and not written to it yet. */
  let isFresh = false;
  let isClosed = false;
  const asides: string[] = [];

  const isTouched = (): boolean => database === undefined || database.change() !== undefined;
  const clearPlace = (): void => {
    // Else a disk that damages all that is written to it would fill with what it damaged.
    if (isFresh) return removeDatabase(path);
    const newest = asides.at(-1);
    const aside = newest === undefined || asides.length < mostAside ? asideOf(path) : newest;
    putAside(path, aside);
    asides.push(aside);
    post({ on: "state-put-aside", path, aside });
  };
  const makeAnew = (isBad: boolean): StateDatabase => {
    const change = isBad ? "changed" : database?.change();
    // Closed first: both go by one name.
    if (change === "changed") abandonOf(database);
    else closeOf(database);
    database = undefined;
    for (const id of wanted.keys()) pending.add(id);
    makeDirectory(dirname(path), 0o700);
    if (change === "changed" || isOtherThing(path)) clearPlace();
    const again = hold.open();
    if (again.is === "refused") throw new Error(again.why);
    if (again.damaged !== undefined) post({ on: "state-put-aside", path, aside: again.damaged });
    // One that somebody has put back may have what is wanted no more.
    for (const { kind, key } of again.database.entries().entries) {
      const id = idOf(kind, key);
      if (wanted.has(id)) continue;
      wanted.set(id, { kind, key, value: undefined });
      pending.add(id);
    }
    if (change === "gone" || change === "replaced") post({ on: "state-made-anew", path });
    isFresh = change === "changed";
    return again.database;
  };
  const writeTo = (ids: readonly string[]): void => {
    const writes = ids.map((id) => wanted.get(id)).filter((each) => each !== undefined);
    if (database === undefined || isTouched()) database = makeAnew(false);
    try {
      database.write(writes);
    } catch (error) {
      if (!isDamage(error)) throw error;
      database = makeAnew(true);
      database.write(writes);
    }
  };
  const write = (ids: readonly string[]): void => {
    writeTo(ids);
    isFresh = false;
    for (const id of ids) {
      pending.delete(id);
      urgent.delete(id);
      unheard.delete(id);
      if (wanted.get(id)?.value === undefined) wanted.delete(id);
    }
  };
  const schedule = (ms: number): void => {
    if (isClosed) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      tryWriting(firstOf(pending, mostAtOnce));
    }, ms).unref();
  };
  const tryWriting = (ids: readonly string[]): void => {
    if (ids.length === 0 && !isTouched()) return;
    try {
      write(ids);
      if (problem !== undefined) post({ on: "state-kept-again", path });
      problem = undefined;
    } catch (error) {
      const found = messageOf(error);
      const hint = /disk I.O|is full/i.test(found) ? `: ${spaceHint}` : "";
      const why = `${path} cannot be written: ${found}${hint}`;
      if (problem === undefined) post({ on: "state-not-kept", path, why });
      problem = why;
    }
    if (pending.size > 0) schedule(problem === undefined ? restMs : retryMs);
  };
  const tellLoss = (): void => {
    const rows = [...pending].flatMap((id) => wanted.get(id) ?? []);
    post({ on: "state-lost", path, ...countUnwritten(rows), why: problem ?? "" });
  };
  // Who changes nothing is not to find out at the next start that the file is no more.
  const look = setInterval(() => tryWriting([]), lookMs).unref();
  return {
    path,
    problem: () => problem,
    get entries() {
      return [...wanted.values()].flatMap(({ kind, key, value }) => {
        const kept = valueOf(value);
        return kept === undefined ? [] : [{ kind, key, value: kept }];
      });
    },
    put: (each) => {
      const id = idOf(each.kind, each.key);
      if (!wanted.has(id)) unheard.add(id);
      wanted.set(id, each);
      pending.add(id);
      if (each.first === true) {
        urgent.add(id);
        const needed = idOf(each.needs ?? "", each.key);
        if (unheard.has(needed)) urgent.add(needed);
      }
      schedule(problem === undefined ? gatherMs : retryMs);
    },
    flush: () => {
      if (urgent.size > 0) tryWriting([...urgent]);
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(timer);
      clearInterval(look);
      tryWriting([...urgent]);
      do tryWriting(firstOf(pending, mostAtOnce));
      while (pending.size > 0 && problem === undefined);
      if (pending.size > 0) tellLoss();
      closeOf(database);
      hold.release();
    },
  };
}

function firstOf(ids: Iterable<string>, most: number): readonly string[] {
  const found: string[] = [];
  for (const id of ids) {
    if (found.length === most) break;
    found.push(id);
  }
  return found;
}

function closeOf(database: StateDatabase | undefined): void {
  try {
    database?.close();
  } catch {
    // Its file was removed or its disk fails: there is nothing left to save there.
  }
}

function abandonOf(database: StateDatabase | undefined): void {
  try {
    database?.abandon();
  } catch {
    // It is put aside, or removed, as it is.
  }
}

/** True where something stands that is no file. */
function isOtherThing(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === false;
}

function unusable(path: string, error: unknown): string {
  const found = messageOf(error);
  const isDenied = /EACCES|EPERM|EROFS|readonly|read-only|unable to open/i.test(found);
  const remedy = `: let this user write it and its folder, or name another file with --state`;
  return `${path} cannot be used: ${found}${isDenied ? remedy : ""}`;
}

function idOf(kind: string, key: string): string {
  return `${kind}\n${key}`;
}
