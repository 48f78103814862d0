import { resumption } from "../../helpers/core/resumption.ts";
import { writeFileSync, readFileSync, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { record } from "../../../src/supervisor/core/report/journal.ts";
import {
  type ConfigState,
  withConfig,
  initialState,
} from "../../../src/supervisor/core/state/state.ts";
import { type Beginning, beginning } from "../../../src/supervisor/inputs/first-state.ts";
import { openStore } from "../../../src/supervisor/store/store.ts";
import { uid } from "../../helpers/core/core-samples.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const configured = "01900000-0000-7000-8000-00000000000c";
const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const machine = { machineId: "this-one", productId: "", instanceId: "" };

/** One start of the supervisor, which leaves its journal. */
function start(directory: string, configuredUid?: string): Beginning {
  const store = openStore(directory);
  const begin = beginning(store.read(), configuredUid, directory, machine, resumption());
  store.writeJournal(record(begin.state));
  return begin;
}

function uidOf({ state }: Beginning): string {
  return state.identity.uid;
}

function leaveJournal(directory: string, changes: Partial<ConfigState> = {}): void {
  openStore(directory).writeJournal(record(withConfig(initialState(uid), changes)));
}

/** As if the disk had been copied from elsewhere. */
function moveToAnotherMachine(directory: string): void {
  const other = { machineId: "of-another-one", productId: "of-another-one", instanceId: "" };
  writeFileSync(join(directory, "machine.json"), JSON.stringify(other));
}

test("the first start makes an id of its own, and says nothing", () => {
  const begin = start(temporaryFolder());
  expect(uidOf(begin)).toMatch(uuid7);
  expect(begin.notes).toEqual([]);
  expect(uidOf(start(temporaryFolder()))).not.toBe(uidOf(begin));
});

test("later starts on the same machine keep it", () => {
  const directory = temporaryFolder();
  const first = uidOf(start(directory));
  expect(uidOf(start(directory))).toBe(first);
  expect(start(directory)).toMatchObject({ state: { identity: { uid: first } }, notes: [] });
});

test("a configured id is the id of the first start", () => {
  const directory = temporaryFolder();
  expect(uidOf(start(directory, configured))).toBe(configured);
  expect(uidOf(start(directory, configured))).toBe(configured);
});

test("an id that the server assigned is not taken back by the configured one", () => {
  const directory = temporaryFolder();
  start(directory, configured);
  leaveJournal(directory);
  expect(uidOf(start(directory, configured))).toBe(uid);
});

test("a disk that was copied to another machine gets a new id, once", () => {
  const directory = temporaryFolder();
  const first = uidOf(start(directory));
  moveToAnotherMachine(directory);
  const copy = start(directory);
  expect(uidOf(copy)).toMatch(uuid7);
  expect(uidOf(copy)).not.toBe(first);
  expect(copy.notes).toHaveLength(1);
  expect(copy.notes[0]).toContain(first);
  expect(copy.notes[0]).toContain(uidOf(copy));
  expect(start(directory)).toMatchObject({ state: { identity: copy.state.identity }, notes: [] });
});

test("on a copied disk a configured id is taken", () => {
  const directory = temporaryFolder();
  leaveJournal(directory);
  moveToAnotherMachine(directory);
  const copy = start(directory, configured);
  expect(uidOf(copy)).toBe(configured);
  expect(copy.notes).toHaveLength(1);
});

test("a configured id that is the journal's stays on every machine", () => {
  const directory = temporaryFolder();
  start(directory, configured);
  moveToAnotherMachine(directory);
  const copy = start(directory, configured);
  expect(uidOf(copy)).toBe(configured);
  expect(copy.notes).toEqual([]);
});

test("a copied disk keeps all but the id", () => {
  const directory = temporaryFolder();
  leaveJournal(directory, { nextNumber: 7, verdict: { is: "failed", hash: "ab", why: "no" } });
  moveToAnotherMachine(directory);
  const { state } = start(directory);
  expect(state.config).toMatchObject({ nextNumber: 7, verdict: { is: "failed", hash: "ab" } });
});

test.each(["", "{", "null", "{}", '{"machineId":5}'])(
  "a file about the machine that holds %j is written anew, and the id stays",
  (text) => {
    const directory = temporaryFolder();
    leaveJournal(directory);
    const path = join(directory, "machine.json");
    writeFileSync(path, text);
    expect(start(directory)).toMatchObject({ state: { identity: { uid } }, notes: [] });
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(machine);
  },
);

test("what is known of the machine is for the owner only", () => {
  const directory = temporaryFolder();
  start(directory);
  const path = join(directory, "machine.json");
  expect(existsSync(path)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("what is wrong with the journal is said", () => {
  const directory = temporaryFolder();
  leaveJournal(directory);
  writeFileSync(join(directory, "journal.json"), "{");
  const begin = start(directory);
  expect(begin.notes).toHaveLength(1);
  expect(begin.notes[0]).toContain("journal.json");
  expect(uidOf(begin)).toMatch(uuid7);
});

test("what effective.yaml holds is part of the state to begin with", () => {
  const directory = temporaryFolder();
  leaveJournal(directory);
  const found = { ...openStore(directory).read(), onDisk: 3 };
  const { state } = beginning(found, undefined, directory, machine, resumption());
  expect(state.config.onDisk).toBe(3);
});

test.each(["machine.json", "persistent_state.yaml", "last_recv_remote_config.dat"])(
  "a directory where %s is looked for ends no start",
  (name) => {
    const directory = temporaryFolder();
    mkdirSync(join(directory, name, "deep"), { recursive: true });
    expect(uidOf(start(directory))).toMatch(uuid7);
    rmSync(join(directory, "journal.json"));
    expect(uidOf(start(directory))).toMatch(uuid7);
  },
);
