import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Database } from "node-sqlite3-wasm";
import { expect, onTestFinished, test } from "vitest";
import type { DevServerEvent } from "../../../src/dev-server/fleet/dev-server-event.ts";
import { openState, type StateFile } from "../../../src/dev-server/store/state-file.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const load = (): Promise<{ Database: typeof Database }> => import("node-sqlite3-wasm");
const rows = 200;

async function open(path: string): Promise<{ state: StateFile; events: DevServerEvent[] }> {
  const events: DevServerEvent[] = [];
  const state = await openState(path, load, (event) => events.push(event));
  onTestFinished(() => state.close());
  return { state, events };
}

/** A state on a disk that takes nothing for as long as it is told to. */
async function openOnDisk(
  path: string,
): Promise<{ state: StateFile; events: DevServerEvent[]; disk: { isFull: boolean } }> {
  const disk = { isFull: false };
  const events: DevServerEvent[] = [];
  const OnDisk = class extends Database {
    override exec(sql: string): void {
      if (disk.isFull && sql === "COMMIT") throw new Error("database or disk is full");
      super.exec(sql);
    }
  };
  const state = await openState(
    path,
    () => Promise.resolve({ Database: OnDisk }),
    (event) => events.push(event),
  );
  onTestFinished(() => state.close());
  return { state, events, disk };
}

function put(state: StateFile, key: string, text = "x".repeat(1000)): void {
  state.put({ kind: "group", key, value: { text }, first: true });
  state.flush();
}

/** A state that is open, with rows in its file and in its log. */
async function inUse(): Promise<{ path: string; state: StateFile; events: DevServerEvent[] }> {
  const path = join(temporaryFolder(), "deep/state.sqlite");
  const before = await open(path);
  for (let key = 0; key < rows; key += 1) put(before.state, `${key}`);
  before.state.close();
  const found = await open(path);
  put(found.state, "log");
  return { path, ...found };
}

/** Replaces what is in a file in place, at another time than that of the last write to it. */
function overwrite(path: string, change: (bytes: Buffer) => Buffer | string): void {
  writeFileSync(path, change(readFileSync(path)));
  utimesSync(path, 1, 1);
}

async function expectAllKept(path: string, keys: readonly string[]): Promise<void> {
  const { state, events } = await open(path);
  expect(events).toEqual([]);
  const expected = [...Array.from({ length: rows }, (_, key) => `${key}`), "log", ...keys];
  expect(state.entries.map(({ key }) => key).sort()).toEqual(expected.sort());
}

const damages: readonly (readonly [string, (path: string) => void])[] = [
  [
    "overwritten in its middle",
    (path) => overwrite(path, (bytes) => bytes.fill(0xa5, 8192, bytes.length - 8192)),
  ],
  ["cut to nothing", (path) => truncateSync(path)],
  ["cut in its middle", (path) => truncateSync(path, statSync(path).size / 2)],
  ["replaced by a text", (path) => overwrite(path, () => "receivers: {}\n")],
  ["without its header", (path) => overwrite(path, (bytes) => bytes.fill(0, 0, 100))],
  ["with a log of noise", (path) => overwrite(`${path}-wal`, (bytes) => bytes.fill("A"))],
  ["with a log that is cut", (path) => truncateSync(`${path}-wal`)],
  ["without its log", (path) => rmSync(`${path}-wal`)],
];

test.each(damages)(
  "a file %s while it is used is put aside, and all that is known is in a new one",
  async (_, damage) => {
    const { path, state, events } = await inUse();
    damage(path);
    const found = readFileSync(path);
    const hadLog = existsSync(`${path}-wal`);
    put(state, "after");
    expect(events).toMatchObject([{ on: "state-put-aside", path }]);
    const aside = events[0]?.on === "state-put-aside" ? events[0].aside : "";
    // What was in a log that somebody removed is still ours to write.
    if (hadLog) expect(readFileSync(aside).equals(found)).toBe(true);
    expect(state.problem()).toBeUndefined();
    put(state, "later");
    state.close();
    expect(events).toHaveLength(1);
    expect(readdirSync(dirname(path)).filter((name) => /-(wal|journal)$/.test(name))).toEqual(
      existsSync(`${aside}-wal`) ? [`${aside}-wal`.slice(dirname(path).length + 1)] : [],
    );
    await expectAllKept(path, ["after", "later"]);
  },
);

test.each(damages)(
  "a file %s is noticed at the end by a server that changed nothing",
  async (_, damage) => {
    const { path, state, events } = await inUse();
    damage(path);
    state.close();
    expect(events).toMatchObject([{ on: "state-put-aside" }]);
    await expectAllKept(path, []);
  },
);

test("damage that only SQLite sees is answered like that which is seen from outside", async () => {
  const { path, state, events } = await inUse();
  const { mtime } = statSync(path);
  overwrite(path, (bytes) => bytes.fill(0xa5, 8192, bytes.length - 8192));
  utimesSync(path, mtime, mtime);
  for (let key = 0; key < rows; key += 1) put(state, `${key}`, "y");
  expect(events).toMatchObject([{ on: "state-put-aside" }]);
  state.close();
  await expectAllKept(path, []);
});

test.each<readonly [string, (path: string) => void]>([
  ["the file", (path) => rmSync(path)],
  ["its folder", (path) => rmSync(dirname(path), { recursive: true })],
  ["its folder, which is moved", (path) => renameSync(dirname(path), `${dirname(path)}.moved`)],
])("%s that goes away while it is used is made anew", async (_, remove) => {
  const { path, state, events } = await inUse();
  remove(path);
  put(state, "after");
  state.close();
  expect(events).toEqual([{ on: "state-made-anew", path }]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await expectAllKept(path, ["after"]);
});

test("a directory in place of the file is put aside with what is in it", async () => {
  const { path, state, events } = await inUse();
  rmSync(path);
  mkdirSync(path);
  writeFileSync(join(path, "inside"), "1");
  put(state, "after");
  state.close();
  const [told] = events;
  expect(told).toMatchObject({ on: "state-put-aside", path });
  const aside = told?.on === "state-put-aside" ? told.aside : "";
  expect(readFileSync(join(aside, "inside"), "utf8")).toBe("1");
  await expectAllKept(path, ["after"]);
});

test("an earlier copy that somebody puts back brings nothing back that was removed meanwhile", async () => {
  const { path, state, events } = await inUse();
  const copy = join(temporaryFolder(), "copy.sqlite");
  const other = await open(copy);
  put(other.state, "removed");
  other.state.close();
  renameSync(copy, path);
  put(state, "after");
  state.close();
  expect(events).toEqual([{ on: "state-made-anew", path }]);
  await expectAllKept(path, ["after"]);
});

test("another program's database in place of the file is not touched", async () => {
  const { path, state, events } = await inUse();
  const other = join(temporaryFolder(), "other.sqlite");
  const database = new Database(other);
  database.exec("CREATE TABLE other (a)");
  database.close();
  const bytes = readFileSync(other);
  renameSync(other, path);
  put(state, "after");
  state.close();
  expect(events).toMatchObject([{ on: "state-not-kept" }, { on: "state-lost", others: rows + 2 }]);
  expect(JSON.stringify(events)).toContain("another program");
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test("a file that is damaged again and again fills no disk with what was damaged", async () => {
  const { path, state } = await inUse();
  for (let time = 0; time < 6; time += 1) {
    overwrite(path, () => `text ${time}`);
    put(state, `${time}`);
  }
  const asides = readdirSync(dirname(path)).filter((name) => name.includes(".damaged-"));
  expect(asides.filter((name) => !/-(wal|journal)$/.test(name)).length).toBeLessThanOrEqual(3);
});

test("the log of a database that is gone is not played into a new one, and is told of", async () => {
  const { path, state } = await inUse();
  const log = readFileSync(`${path}-wal`);
  state.close();
  rmSync(path);
  writeFileSync(`${path}-wal`, log);
  const after = await open(path);
  expect(after.events).toMatchObject([{ on: "state-damaged", path }]);
  expect(after.state.entries).toEqual([]);
  const aside = after.events[0]?.on === "state-damaged" ? after.events[0].aside : "";
  expect(readFileSync(`${aside}-wal`).equals(log)).toBe(true);
});

test("a pipe or a directory where the file is to be is refused, and nobody waits for it", async () => {
  const { state, events } = await open(temporaryFolder());
  expect(state.path).toBeUndefined();
  expect(JSON.stringify(events)).toContain("expected a file, found a directory");
  const pipe = join(temporaryFolder(), "state.sqlite");
  execFileSync("mkfifo", [pipe]);
  expect(JSON.stringify((await open(pipe)).events)).toContain("expected a file, found a pipe");
});

test("an empty file is used, and it is said that nothing was in it", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  writeFileSync(path, "");
  const { state, events } = await open(path);
  expect(events).toEqual([{ on: "state-empty", path }]);
  expect(state.path).toBe(path);
});

test("what a disk that takes nothing costs at the end is counted, once", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const { state, events, disk } = await openOnDisk(path);
  put(state, "before");
  disk.isFull = true;
  for (const key of ["1", "2"]) {
    state.put({ kind: "agent", key, value: {} });
    state.put({ kind: "seen", key, value: {} });
  }
  state.put({ kind: "console-configuration", key: "edge", value: {} });
  state.close();
  state.close();
  expect(events).toMatchObject([
    { on: "state-not-kept", why: expect.stringContaining("is there space left") as string },
    { on: "state-lost", path, agents: 2, configurations: 1, others: 0, why: state.problem() },
  ]);
  const after = await open(path);
  expect(after.events).toEqual([]);
  expect(after.state.entries.map(({ key }) => key)).toEqual(["before"]);
});

test("a disk that takes something again just at the end gets all of it", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const { state, events, disk } = await openOnDisk(path);
  disk.isFull = true;
  for (let key = 0; key < 1000; key += 1) state.put({ kind: "agent", key: `${key}`, value: {} });
  put(state, "first");
  disk.isFull = false;
  state.close();
  expect(events.map(({ on }) => on)).toEqual(["state-not-kept", "state-kept-again"]);
  expect((await open(path)).state.entries).toHaveLength(1001);
});
