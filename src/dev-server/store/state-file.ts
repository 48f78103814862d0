import { dirname } from "node:path";
import { messageOf } from "../../errors.ts";
import { takeLock } from "../../files/directory-lock.ts";
import { makeDirectory } from "../../files/make-directory.ts";
import type { PostDevServerEvent } from "../fleet/dev-server-event.ts";
import { type LoadSqlite, openDatabase, type StateDatabase } from "./database.ts";
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
    const lock = takeLock(`${path}.in-use`, "machine");
    if (lock.is === "held") {
      const by = lock.pid === undefined ? "another server" : `another server, pid ${lock.pid}`;
      return refuse(`${path} is in use by ${by}: stop it, or name another file with --state`);
    }
    const opening = attempt(() => openDatabase(sqlite, path));
    if (opening.is === "refused") {
      lock.release();
      return refuse(opening.why);
    }
    if (opening.damaged !== undefined) {
      post({ on: "state-damaged", path, aside: opening.damaged });
    }
    const reopen = (): StateDatabase | undefined => {
      const again = openDatabase(sqlite, path);
      return again.is === "open" ? again.database : undefined;
    };
    try {
      return keepOn(path, opening.database, reopen, lock.release, post);
    } catch (error) {
      // Whoever tries next is not to be told that somebody uses it.
      closeOf(opening.database);
      lock.release();
      throw error;
    }
  } catch (error) {
    return refuse(unusable(path, error));
  }

  function attempt(open: () => ReturnType<typeof openDatabase>): ReturnType<typeof openDatabase> {
    try {
      return open();
    } catch (error) {
      return { is: "refused", why: unusable(path, error) };
    }
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
  reopen: () => StateDatabase | undefined,
  release: () => void,
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
  let database: StateDatabase | undefined = opened;
  let timer: NodeJS.Timeout | undefined;
  let problem: string | undefined;

  const makeAnew = (): StateDatabase => {
    // Closed first: both go by one name.
    closeOf(database);
    database = undefined;
    const again = reopen();
    if (again === undefined) throw new Error("another program has put its own file there");
    for (const id of wanted.keys()) pending.add(id);
    post({ on: "state-made-anew", path });
    return again;
  };
  const write = (ids: readonly string[]): void => {
    if (database === undefined || database.isGone()) database = makeAnew();
    database.write(ids.map((id) => wanted.get(id)).filter((each) => each !== undefined));
    for (const id of ids) {
      pending.delete(id);
      urgent.delete(id);
      if (wanted.get(id)?.value === undefined) wanted.delete(id);
    }
  };
  const schedule = (ms: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      tryWriting(firstOf(pending, mostAtOnce));
    }, ms).unref();
  };
  const tryWriting = (ids: readonly string[]): void => {
    if (ids.length === 0) return;
    try {
      write(ids);
      if (problem !== undefined) post({ on: "state-kept-again", path });
      problem = undefined;
    } catch (error) {
      const found = messageOf(error);
      const hint = /disk/i.test(found) ? ": is there space left on its disk?" : "";
      const why = `${path} cannot be written: ${found}${hint}`;
      if (problem === undefined) post({ on: "state-not-kept", path, why });
      problem = why;
    }
    if (pending.size > 0) schedule(problem === undefined ? restMs : retryMs);
  };
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
      wanted.set(id, each);
      pending.add(id);
      if (each.first === true) urgent.add(id);
      schedule(problem === undefined ? gatherMs : retryMs);
    },
    flush: () => tryWriting([...urgent]),
    close: () => {
      tryWriting([...pending]);
      clearTimeout(timer);
      closeOf(database);
      release();
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

function unusable(path: string, error: unknown): string {
  const found = messageOf(error);
  const isDenied = /EACCES|EPERM|EROFS|readonly|read-only|unable to open/i.test(found);
  const remedy = `: let this user write it and its folder, or name another file with --state`;
  return `${path} cannot be used: ${found}${isDenied ? remedy : ""}`;
}

function idOf(kind: string, key: string): string {
  return `${kind}\n${key}`;
}
