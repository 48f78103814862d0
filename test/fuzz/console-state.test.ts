import { cpSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Database } from "node-sqlite3-wasm";
import { expect, test } from "vitest";
import type { DevServerEvent } from "../../src/dev-server/fleet/dev-server-event.ts";
import { openState, type StateFile } from "../../src/dev-server/store/state-file.ts";
import { fuzz } from "../helpers/fuzz/fuzz.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const load = (): Promise<{ Database: typeof Database }> => import("node-sqlite3-wasm");
const rows = 120;

async function open(path: string): Promise<{ state: StateFile; events: DevServerEvent[] }> {
  const events: DevServerEvent[] = [];
  return { state: await openState(path, load, (event) => events.push(event)), events };
}

function put(state: StateFile, key: string, text: string): void {
  state.put({ kind: "console-group", key, value: { text }, first: true });
  state.flush();
}

function textOf(key: string): string {
  return `${key} `.repeat(200);
}

function laterTextOf(key: string): string {
  return `${key}!`.repeat(300);
}

/** Files as a console that was killed has left them: rows in the database, and newer ones in its log. */
async function leave(): Promise<string> {
  const folder = temporaryFolder();
  const path = join(folder, "state.sqlite");
  const first = await open(path);
  for (let key = 0; key < rows; key += 1) put(first.state, `${key}`, textOf(`${key}`));
  first.state.close();
  const second = await open(path);
  for (let key = 0; key < rows; key += 3) put(second.state, `${key}`, laterTextOf(`${key}`));
  const copy = join(temporaryFolder(), "left");
  cpSync(folder, copy, { recursive: true, filter: (name) => !name.includes("in-use") });
  second.state.close();
  return copy;
}

const harm = fc.record({
  file: fc.constantFrom("", "-wal", "-wal", "-journal"),
  /** In hundred thousandths of a file's length; the first page, which has the header, more often than others. */
  at: fc.oneof(fc.nat({ max: 99_999 }), fc.nat({ max: 99_999 }), fc.constantFrom(0, 50, 200)),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 16 }),
    fc.constant(Buffer.from("7")),
    fc.constant("cut" as const),
  ),
  /** The same again and again, as a disk that loses blocks. */
  times: fc.constantFrom(1, 1, 8, 512),
});

function apply(
  path: string,
  { file, at, bytes, times }: typeof harm extends fc.Arbitrary<infer T> ? T : never,
): void {
  const name = path + file;
  const found = statSync(name, { throwIfNoEntry: false }) ? readFileSync(name) : Buffer.alloc(512);
  const from = Math.floor((at / 100_000) * found.length);
  if (bytes === "cut") return writeFileSync(name, found.subarray(0, from));
  const noise = Buffer.concat(Array.from({ length: times }, () => bytes));
  const rest = found.subarray(from + noise.length);
  writeFileSync(name, Buffer.concat([found.subarray(0, from), noise, rest]));
}

test("a console whose files are damaged anywhere starts, says what it lost, and keeps what is new", async () => {
  const left = await leave();
  const whole = join(temporaryFolder(), "whole");
  cpSync(left, whole, { recursive: true });
  const { state: before } = await open(join(whole, "state.sqlite"));
  const written = new Map(before.entries.map(({ key, value }) => [key, value]));
  before.close();
  expect(written.size).toBe(rows);
  await fuzz(
    "console-state",
    fc.array(harm, { minLength: 1, maxLength: 3 }),
    async (harms) => {
      const folder = join(temporaryFolder(), "state");
      cpSync(left, folder, { recursive: true });
      const path = join(folder, "state.sqlite");
      for (const each of harms) apply(path, each);
      const { state, events } = await open(path);
      const found = state.entries;
      const kept = found.filter(({ key, value }) => same(value, written.get(key)));
      const isWhole = kept.length === written.size && found.length === written.size;
      // A log that is cut is that of an earlier moment, to which nothing is missing.
      const isCut = harms.some(({ file, bytes }) => file === "-wal" && bytes === "cut");
      if (!isWhole && !isCut) expect(events).not.toEqual([]);
      for (const { key, value } of found) {
        expect([textOf(key), laterTextOf(key)]).toContain((value as { text: string }).text);
      }
      if (isCut && events.length === 0) expect(found).toHaveLength(rows);
      put(state, "new", "1");
      state.close();
      if (state.path === undefined) return;
      const again = await open(path);
      expect(again.events.filter(({ on }) => on !== "state-rows-left-out")).toEqual([]);
      expect(again.state.entries.some(({ key }) => key === "new")).toBe(true);
      expect(again.state.entries).toHaveLength(found.length + 1);
      again.state.close();
    },
    60,
  );
});

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
