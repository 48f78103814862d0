import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  existsSync,
} from "node:fs";
import { join } from "node:path";
import { Database } from "node-sqlite3-wasm";
import { expect, onTestFinished, test } from "vitest";
import type { DevServerEvent } from "../../../src/dev-server/fleet/dev-server-event.ts";
import { openState, type StateFile } from "../../../src/dev-server/store/state-file.ts";
import { identityOf } from "../../../src/processes/process-identity.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const load = (): Promise<{ Database: typeof Database }> => import("node-sqlite3-wasm");

async function open(path: string): Promise<{ state: StateFile; events: DevServerEvent[] }> {
  const events: DevServerEvent[] = [];
  const state = await openState(path, load, (event) => events.push(event));
  onTestFinished(() => state.close());
  return { state, events };
}

function put(state: StateFile, key: string, value: object | undefined): void {
  state.put({ kind: "group", key, value, first: true });
}

test("what was put is there again, what was removed is not, and only the owner may read it", async () => {
  const path = join(temporaryFolder(), "deep/er/state.sqlite");
  const first = await open(path);
  put(first.state, "a", { text: "1", number: 1n });
  put(first.state, "b", { text: "2" });
  put(first.state, "b", undefined);
  first.state.close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const second = await open(path);
  expect(second.state.entries).toEqual([
    { kind: "group", key: "a", value: { text: "1", number: 1n } },
  ]);
  expect([...first.events, ...second.events]).toEqual([]);
});

test("two servers do not share a file: the second one keeps nothing and says so", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const other = spawn("sleep", ["600"]);
  onTestFinished(() => void other.kill("SIGKILL"));
  const holder = { ...identityOf(other.pid ?? 0), token: "t", host: "h", reach: "machine" };
  mkdirSync(`${path}.in-use`);
  writeFileSync(`${path}.in-use/holder.json`, JSON.stringify(holder));
  const { state, events } = await open(path);
  expect(state.path).toBeUndefined();
  expect(state.problem()).toContain(`pid ${other.pid}`);
  expect(events).toMatchObject([{ on: "state-not-kept" }]);
  other.kill("SIGKILL");
  await once(other, "exit");
  expect((await open(path)).state.path).toBe(path);
});

test.each([
  ["no database at all", (path: string) => writeFileSync(path, "receivers: {}\n")],
  [
    "a database with noise in it",
    (path: string) => writeFileSync(path, `SQLite format 3\0${"x".repeat(9000)}`),
  ],
])("%s is put aside, and a new file is begun", async (_, damage) => {
  const folder = temporaryFolder();
  const path = join(folder, "state.sqlite");
  damage(path);
  const { state, events } = await open(path);
  expect(events).toMatchObject([{ on: "state-damaged", path }]);
  const aside = events[0]?.on === "state-damaged" ? events[0].aside : "";
  expect(existsSync(aside)).toBe(true);
  put(state, "a", { text: "1" });
  state.close();
  expect((await open(path)).state.entries).toHaveLength(1);
});

test("a file with noise in its middle is put aside too, and a new one is begun", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const first = await open(path);
  for (let key = 0; key < 200; key += 1) put(first.state, `${key}`, { text: "x".repeat(1000) });
  first.state.close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xa5, Math.floor(bytes.length / 2)));
  const { state, events } = await open(path);
  expect(events).toMatchObject([{ on: "state-damaged", path }]);
  const aside = events[0]?.on === "state-damaged" ? events[0].aside : "";
  expect(readFileSync(aside)).toHaveLength(bytes.length);
  put(state, "a", { text: "1" });
  state.close();
  expect((await open(path)).state.entries).toHaveLength(1);
});

test("a row that is no JSON is left out, and that is told", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const first = await open(path);
  put(first.state, "a", { text: "1" });
  put(first.state, "b", { text: "2" });
  first.state.close();
  const database = new Database(path);
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  database.exec("UPDATE kept SET value = '{' WHERE key = 'a'");
  database.close();
  const { state, events } = await open(path);
  expect(state.entries.map(({ key }) => key)).toEqual(["b"]);
  expect(events).toEqual([{ on: "state-rows-left-out", path, count: 1 }]);
});

test("a row in which a letter has changed is left out, and one from before there were sums is not", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const database = new Database(path);
  database.exec(
    "CREATE TABLE kept (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID",
  );
  database.exec("PRAGMA application_id = 1332756803; PRAGMA user_version = 1");
  database.exec(`INSERT INTO kept VALUES ('group', 'before', '{"text":"0"}')`);
  database.close();
  const first = await open(path);
  put(first.state, "a", { text: "word" });
  first.state.close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill("k", bytes.indexOf("word"), bytes.indexOf("word") + 1));
  const { state, events } = await open(path);
  expect(state.entries).toEqual([{ kind: "group", key: "before", value: { text: "0" } }]);
  expect(events).toEqual([{ on: "state-rows-left-out", path, count: 1 }]);
});

test.each([
  ["another program", "CREATE TABLE other (a)", "another program"],
  ["a newer version", "PRAGMA application_id = 1332691267; PRAGMA user_version = 99", "newer"],
])("the database of %s is not touched", async (_, sql, why) => {
  const path = join(temporaryFolder(), "state.sqlite");
  const database = new Database(path);
  database.exec(sql);
  database.close();
  const bytes = readFileSync(path);
  const { state, events } = await open(path);
  expect(state.path).toBeUndefined();
  expect(JSON.stringify(events)).toContain(why);
  expect(state.problem()).toMatch(/name another file with --state$/);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test.each(["EACCES: permission denied", "attempt to write a readonly database"])(
  "a place that may not be written (%s) is told with what to do",
  async (found) => {
    const path = join(temporaryFolder(), "state.sqlite");
    const denied = (): Promise<never> => Promise.reject(new Error(found));
    const state = await openState(path, denied, () => undefined);
    expect(state.problem()).toMatch(
      /let this user write it and its folder, or name another file with --state$/,
    );
  },
);

test("a file whose rows cannot be read once it is open is not held on to", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const unreadable = class extends Database {
    override all(): never {
      throw new Error("disk I/O error");
    }
  };
  const state = await openState(
    path,
    () => Promise.resolve({ Database: unreadable }),
    () => undefined,
  );
  expect(state.problem()).toContain("disk I/O error");
  expect(existsSync(`${path}.in-use`)).toBe(false);
  expect((await open(path)).state.path).toBe(path);
});

test("a server without SQLite keeps nothing and says so", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const events: DevServerEvent[] = [];
  const fails = (): Promise<never> => Promise.reject(new Error("no such module"));
  const state = await openState(path, fails, (event) => events.push(event));
  put(state, "a", { text: "1" });
  state.flush();
  expect(state.entries).toEqual([]);
  expect(events).toMatchObject([
    { on: "state-not-kept", why: expect.stringContaining("no such") as string },
  ]);
});

test("a file that somebody removes while it is used is made anew with all that was in it", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "state.sqlite");
  const { state, events } = await open(path);
  put(state, "a", { text: "1" });
  state.flush();
  for (const name of readdirSync(folder).filter((each) => !each.includes("in-use"))) {
    rmSync(join(folder, name), { recursive: true });
  }
  put(state, "b", { text: "2" });
  state.flush();
  expect(events).toMatchObject([{ on: "state-made-anew" }]);
  state.close();
  expect((await open(path)).state.entries.map(({ key }) => key)).toEqual(["a", "b"]);
});

test("a folder that cannot be made again is told of once, and written to as soon as it is back", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "here/state.sqlite");
  const { state, events } = await open(path);
  renameSync(join(folder, "here"), join(folder, "there"));
  writeFileSync(join(folder, "here"), "");
  put(state, "a", { text: "1" });
  state.flush();
  state.flush();
  expect(events).toMatchObject([{ on: "state-not-kept" }]);
  expect(state.problem()).toContain(path);
  rmSync(join(folder, "here"));
  renameSync(join(folder, "there"), join(folder, "here"));
  state.flush();
  expect(events.map(({ on }) => on)).toContain("state-kept-again");
  expect(state.problem()).toBeUndefined();
  state.close();
  expect((await open(path)).state.entries.map(({ key }) => key)).toEqual(["a"]);
});
