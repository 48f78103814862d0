import { dirname } from "node:path";
import { messageOf } from "../../errors.ts";
import { takeLock } from "../../files/directory-lock.ts";
import { makeDirectory } from "../../files/make-directory.ts";
import type { PostDevServerEvent } from "../fleet/dev-server-event.ts";
import { type LoadSqlite, openDatabase, type StateDatabase } from "./database.ts";
import type { StateEntry, StateWrite } from "./stored-agent.ts";

/** What a server keeps beyond its own life. */
export interface StateFile {
  /** Undefined: everything is kept in memory only. */
  readonly path: string | undefined;
  /** Why what is new is not on the disk just now. */
  problem(): string | undefined;
  /** All that was kept when the server started. */
  readonly entries: readonly StateEntry[];
  /** Is written soon, together with others. */
  put(write: StateWrite): void;
  /** Writes now what waits to be written; a disk that fails is told of, and tried again later. */
  readonly flush: () => void;
  close(): void;
}

const gatherMs = 200;
const retryMs = 5_000;
/** So much is written at once; the rest waits, so that agents are answered meanwhile. */
const mostAtOnce = 200;

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
    return keepOn(path, opening.database, reopen, lock.release, post);
  } catch (error) {
    return refuse(`${path} cannot be used: ${messageOf(error)}`);
  }

  function attempt(open: () => ReturnType<typeof openDatabase>): ReturnType<typeof openDatabase> {
    try {
      return open();
    } catch (error) {
      return { is: "refused", why: `${path} cannot be used: ${messageOf(error)}` };
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
  const wanted = new Map<string, StateWrite>(
    opened.entries.flatMap(({ kind, key, value }) =>
      typeof value === "object" && value !== null ? [[idOf(kind, key), { kind, key, value }]] : [],
    ),
  );
  const pending = new Set<string>();
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
  const write = (most: number): void => {
    if (database === undefined || database.isGone()) database = makeAnew();
    const ids = [...pending].slice(0, most);
    database.write(ids.map((id) => wanted.get(id)).filter((each) => each !== undefined));
    for (const id of ids) {
      pending.delete(id);
      if (wanted.get(id)?.value === undefined) wanted.delete(id);
    }
  };
  const schedule = (ms: number): void => {
    timer ??= setTimeout(() => tryWriting(mostAtOnce), ms).unref();
  };
  const tryWriting = (most: number): void => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.size === 0) return;
    try {
      write(most);
      if (problem !== undefined) post({ on: "state-kept-again", path });
      problem = undefined;
    } catch (error) {
      const found = messageOf(error);
      const hint = /disk/i.test(found) ? ": is there space left on its disk?" : "";
      const why = `${path} cannot be written: ${found}${hint}`;
      if (problem === undefined) post({ on: "state-not-kept", path, why });
      problem = why;
    }
    if (pending.size > 0) schedule(problem === undefined ? gatherMs : retryMs);
  };
  return {
    path,
    problem: () => problem,
    entries: opened.entries,
    put: (each) => {
      const id = idOf(each.kind, each.key);
      wanted.set(id, each);
      pending.add(id);
      schedule(problem === undefined ? gatherMs : retryMs);
    },
    flush: () => tryWriting(Infinity),
    close: () => {
      tryWriting(Infinity);
      clearTimeout(timer);
      closeOf(database);
      release();
    },
  };
}

function closeOf(database: StateDatabase | undefined): void {
  try {
    database?.close();
  } catch {
    // Its file was removed or its disk fails: there is nothing left to save there.
  }
}

function idOf(kind: string, key: string): string {
  return `${kind}\n${key}`;
}
