import { putInForceIn } from "../../helpers/core/put-in-force.ts";
import {
  statSync,
  readdirSync,
  chmodSync,
  writeFileSync,
  mkdirSync,
  readFileSync,
  linkSync,
  existsSync,
} from "node:fs";
import { join, dirname } from "node:path";
import { test, expect } from "vitest";
import { SupervisorError } from "../../../src/errors.ts";
import { noConnections } from "../../../src/agent-config/connections.ts";
import { type Journal, record } from "../../../src/supervisor/core/report/journal.ts";
import { unknownBinary, type Generation } from "../../../src/supervisor/core/state/generation.ts";
import {
  type ConfigState,
  withConfig,
  initialState,
} from "../../../src/supervisor/core/state/state.ts";
import { type Store, openStore } from "../../../src/supervisor/store/store.ts";
import { renderedOf, configText, remoteOf, uid } from "../../helpers/core/core-samples.ts";
import { mountSmallDisk, wayToMount } from "../../helpers/e2e/small-disk.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function generationOf(number: number, word = `config ${number}`): Generation {
  const probe = { url: "http://127.0.0.1:13133/" };
  const config = renderedOf(configText(word), { probe });
  return {
    number,
    config,
    remote: remoteOf(word),
    binary: unknownBinary,
    connections: noConnections,
    sources: undefined,
    stopsData: false,
  };
}

function journalOf(changes: Partial<ConfigState>): Journal {
  return record(withConfig(initialState(uid), changes));
}

function newStore(): Store {
  return openStore(join(temporaryFolder(), "storage"));
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

function journalPath(store: Store): string {
  return join(store.directory, "journal.json");
}

function generations(store: Store): readonly string[] {
  return readdirSync(join(store.directory, "generations")).sort();
}

test("a directory that is missing is made with those above it, for the owner only", () => {
  const directory = join(temporaryFolder(), "var", "lib", "storage");
  const store = openStore(directory);
  expect(modeOf(directory)).toBe("700");
  expect(modeOf(join(directory, "generations"))).toBe("700");
  expect(store.effectivePath).toBe(join(directory, "effective.yaml"));
});

test("a directory that others could read is for the owner only from then on", () => {
  const directory = temporaryFolder();
  chmodSync(directory, 0o755);
  openStore(directory);
  expect(modeOf(directory)).toBe("700");
});

test("every file of the store is for the owner only", () => {
  const store = newStore();
  store.writeJournal(journalOf({}));
  store.writeJournal(journalOf({ nextNumber: 2 }));
  putInForceIn(store, generationOf(1));
  const files = readdirSync(store.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => modeOf(join(entry.parentPath, entry.name)));
  expect(files).toEqual(["600", "600", "600", "600"]);
});

test.each([
  ["a file", (path: string) => writeFileSync(path, "")],
  ["a file on the way", (path: string) => writeFileSync(dirname(path), "")],
])("%s instead of the directory is refused with its path and what to do", (_name, prepare) => {
  const directory = join(temporaryFolder(), "var", "storage");
  if (_name === "a file") mkdirSync(dirname(directory));
  prepare(directory);
  try {
    openStore(directory);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(SupervisorError);
    expect(error).toMatchObject({ code: "store-unreadable", cause: expect.anything() as unknown });
    expect((error as Error).message).toContain(directory);
    expect((error as Error).message).toContain("storage.directory");
  }
});

test("an empty store has nothing to tell and nothing to complain of", () => {
  expect(newStore().read()).toEqual({
    journal: undefined,
    texts: new Map(),
    onDisk: undefined,
    warnings: [],
  });
});

test("what was written is found again by the next start, with the texts it needs", () => {
  const store = newStore();
  const good = generationOf(3);
  const target = generationOf(4);
  const journal = journalOf({ good, target, nextNumber: 5 });
  putInForceIn(store, good);
  store.writeJournal(journal);
  putInForceIn(store, target);
  expect(openStore(store.directory).read()).toEqual({
    journal: JSON.parse(JSON.stringify(journal)) as Journal,
    texts: new Map([
      [3, good.config.text],
      [4, target.config.text],
    ]),
    onDisk: 4,
    warnings: [],
  });
});

test("what effective.yaml holds is recognised, and a change by hand is not taken for a generation", () => {
  const store = newStore();
  const good = generationOf(1);
  putInForceIn(store, good);
  store.writeJournal(journalOf({ good, target: good }));
  expect(store.read().onDisk).toBe(1);
  writeFileSync(store.effectivePath, "# by hand\n");
  expect(store.read().onDisk).toBeUndefined();
});

test("a generation whose file is lost has no text, one whose file was changed is not what is in force", () => {
  const store = newStore();
  const good = generationOf(1);
  putInForceIn(store, good);
  store.writeJournal(journalOf({ good, target: generationOf(2) }));
  const path = join(store.directory, "generations", "000001.yaml");
  writeFileSync(path, good.config.text.slice(0, 20));
  const { texts, onDisk } = store.read();
  expect(onDisk).toBeUndefined();
  expect(texts.has(2)).toBe(false);
});

test("a generation that is kept is not written again when it comes into force again", () => {
  const store = newStore();
  putInForceIn(store, generationOf(1));
  const path = join(store.directory, "generations", "000001.yaml");
  const before = statSync(path).ino;
  putInForceIn(store, generationOf(2));
  putInForceIn(store, generationOf(1));
  expect(statSync(path).ino).toBe(before);
  expect(readFileSync(store.effectivePath, "utf8")).toBe(generationOf(1).config.text);
  expect(generations(store)).toEqual(["000001.yaml", "000002.yaml"]);
});

test("a generation is made whole again where its file is damaged", () => {
  const store = newStore();
  putInForceIn(store, generationOf(1));
  const path = join(store.directory, "generations", "000001.yaml");
  writeFileSync(path, "damaged");
  putInForceIn(store, generationOf(1));
  expect(readFileSync(path, "utf8")).toBe(generationOf(1).config.text);
});

test("effective.yaml is replaced whole: who reads the old one reads it to its end", () => {
  const store = newStore();
  putInForceIn(store, generationOf(1));
  const seen = join(store.directory, "seen");
  linkSync(store.effectivePath, seen);
  putInForceIn(store, generationOf(2));
  expect(readFileSync(seen, "utf8")).toBe(generationOf(1).config.text);
  expect(readFileSync(store.effectivePath, "utf8")).toBe(generationOf(2).config.text);
});

test("ten older generations are kept", () => {
  const store = newStore();
  for (let number = 1; number <= 15; number += 1) {
    const generation = generationOf(number);
    putInForceIn(store, generation);
    store.writeJournal(journalOf({ good: generation, target: generation }));
  }
  expect(generations(store)[0]).toBe("000005.yaml");
  expect(generations(store)).toHaveLength(11);
});

test("the last good generation is kept however many that failed came after it", () => {
  const store = newStore();
  const good = generationOf(1);
  putInForceIn(store, good);
  store.writeJournal(journalOf({ good, target: good }));
  for (let number = 2; number <= 40; number += 1) {
    const target = generationOf(number);
    store.writeJournal(journalOf({ good, target }));
    putInForceIn(store, target);
  }
  // The supervisor is killed here; its next start needs the text.
  expect(openStore(store.directory).read().texts.get(1)).toBe(good.config.text);
  expect(generations(store).length).toBeLessThanOrEqual(12);
});

test.each<[string, (path: string, text: string) => void]>([
  ["cut off", (path, text) => writeFileSync(path, text.slice(0, -10))],
  ["empty", (path) => writeFileSync(path, "")],
  ["no record at all", (path) => writeFileSync(path, "null")],
  ["an empty record", (path) => writeFileSync(path, "{}")],
  [
    "changed by hand",
    (path, text) => writeFileSync(path, text.replace('"nextNumber":2', '"nextNumber":9')),
  ],
])("a journal that is %s is moved aside, and the previous one is used", (_name, damage) => {
  const store = newStore();
  store.writeJournal(journalOf({ nextNumber: 1 }));
  store.writeJournal(journalOf({ nextNumber: 2 }));
  damage(journalPath(store), readFileSync(journalPath(store), "utf8"));
  const { journal, warnings } = store.read();
  expect(journal?.nextNumber).toBe(1);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(journalPath(store));
  const aside = readdirSync(store.directory).filter((name) => name.includes(".damaged-"));
  expect(aside).toHaveLength(1);
  expect(warnings[0]).toContain(aside[0]);
});

test("after a damaged journal the next one is written and found as ever", () => {
  const store = newStore();
  store.writeJournal(journalOf({ nextNumber: 1 }));
  store.writeJournal(journalOf({ nextNumber: 2 }));
  writeFileSync(journalPath(store), "{");
  store.read();
  store.writeJournal(journalOf({ nextNumber: 3 }));
  expect(store.read()).toMatchObject({ journal: { nextNumber: 3 }, warnings: [] });
});

test("two damaged journals are both moved aside, and the start is one from nothing", () => {
  const store = newStore();
  store.writeJournal(journalOf({ nextNumber: 1 }));
  store.writeJournal(journalOf({ nextNumber: 2 }));
  writeFileSync(journalPath(store), "{");
  writeFileSync(join(store.directory, "journal.previous.json"), "");
  const { journal, warnings } = store.read();
  expect(journal).toBeUndefined();
  expect(warnings).toHaveLength(2);
});

test("a journal that was only half written when the machine stopped does no harm", () => {
  const store = newStore();
  store.writeJournal(journalOf({ nextNumber: 1 }));
  writeFileSync(`${journalPath(store)}.4711.tmp`, '{"sha256":"');
  expect(store.read()).toMatchObject({ journal: { nextNumber: 1 }, warnings: [] });
});

const flags = wayToMount();

test.skipIf(flags === undefined)(
  "a failure to write is thrown, and the old journal stays",
  async () => {
    const disk = await mountSmallDisk(flags ?? [], temporaryFolder(), "64k");
    const store = openStore(disk.path("store"));
    store.writeJournal(journalOf({ nextNumber: 1 }));
    disk.fill();
    expect(() => store.writeJournal(journalOf({ nextNumber: 2 }))).toThrow(/ENOSPC/);
    expect(store.read().journal?.nextNumber).toBe(1);
  },
);

test.skipIf(process.getuid?.() !== 0)(
  "a directory of somebody else's that may be written, as a volume of a pod, is taken",
  () => {
    const directory = join(temporaryFolder(), "volume");
    mkdirSync(directory);
    chmodSync(dirname(directory), 0o755);
    chmodSync(directory, 0o777);
    process.seteuid?.(65_534);
    try {
      const store = openStore(directory);
      putInForceIn(store, generationOf(1));
      expect(modeOf(store.effectivePath)).toBe("600");
      expect(modeOf(join(directory, "generations"))).toBe("700");
    } finally {
      process.seteuid?.(0);
    }
  },
);

test("the file that somebody else's agent reads is on its volume, with the mode that was asked for", () => {
  const folder = temporaryFolder();
  const path = join(folder, "shared", "effective.yaml");
  const directory = join(folder, "storage");
  const open = () => openStore(directory, undefined, { path, mode: 0o644 });
  const store = open();
  const good = generationOf(1);
  putInForceIn(store, good);
  store.writeJournal(journalOf({ good, target: good }));
  expect(readFileSync(path, "utf8")).toBe(good.config.text);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect(existsSync(join(directory, "effective.yaml"))).toBe(false);
  expect(statSync(join(directory, "generations", "000001.yaml")).mode & 0o777).toBe(0o600);
  expect(open().read().onDisk).toBe(1);
});

test("what is to be forgotten is in no copy of the journal", () => {
  const directory = temporaryFolder();
  const store = openStore(directory);
  store.writeJournal(journalOf({ nextNumber: 41 }));
  store.writeJournal(journalOf({ nextNumber: 42 }));
  store.forgetFormer();
  const texts = readdirSync(directory)
    .filter((name) => name.startsWith("journal"))
    .map((name) => readFileSync(join(directory, name), "utf8"));
  expect(texts).toHaveLength(2);
  for (const text of texts) expect(text).not.toContain('"nextNumber":41');
  expect(openStore(directory).read().journal?.nextNumber).toBe(42);
});
