import { putInForceIn } from "../../helpers/core/put-in-force.ts";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { noConnections } from "../../../src/agent-config/connections.ts";
import { type Journal, record } from "../../../src/supervisor/core/report/journal.ts";
import { createSecrets } from "../../../src/agent-config/secret-files.ts";
import { unknownBinary, type Generation } from "../../../src/supervisor/core/state/generation.ts";
import { withConfig, initialState } from "../../../src/supervisor/core/state/state.ts";
import { type Store, openStore } from "../../../src/supervisor/store/store.ts";
import { uid, configText, renderedOf } from "../../helpers/core/core-samples.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** A generation whose text refers to one secret. */
function generationOf(store: Store, number: number, secret = `secret ${number}`): Generation {
  const secrets = createSecrets(store.secretsDirectory, uid);
  const text = `${configText(`config-${number}`)}# ${String(secrets.value(secret).value)}\n`;
  return {
    number,
    config: renderedOf(text, { files: secrets.files() }),
    remote: undefined,
    binary: unknownBinary,
    connections: noConnections,
    sources: undefined,
    stopsData: false,
  };
}

function journalOf(target: Generation, good: Generation = target): Journal {
  return record(withConfig(initialState(uid), { good, target }));
}

function secretsOf({ secretsDirectory }: Store): readonly string[] {
  if (!existsSync(secretsDirectory)) return [];
  return readdirSync(secretsDirectory)
    .map((name) => readFileSync(join(secretsDirectory, name), "utf8"))
    .toSorted();
}

/** The files that are referred to and are not there. */
function missing(store: Store): readonly string[] {
  const folder = join(store.directory, "generations");
  const texts = [...readdirSync(folder).map((name) => join(folder, name)), store.effectivePath]
    .filter((path) => existsSync(path) && !path.endsWith(".tmp"))
    .map((path) => readFileSync(path, "utf8"));
  return texts
    .flatMap((text) => [...text.matchAll(/\$\{file:([^}]+)\}/g)].map(([, path = ""]) => path))
    .filter((path) => !existsSync(path));
}

function newStore(): Store {
  return openStore(join(temporaryFolder(), "storage"));
}

test("a secret is written once, for the owner only, before the binary looks at the candidate", () => {
  const store = newStore();
  const candidate = generationOf(store, 1, "word");
  store.keepSecrets(candidate);
  const path = join(store.secretsDirectory, candidate.config.files[0]?.name ?? "");
  expect(readFileSync(path, "utf8")).toBe("word");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(store.secretsDirectory).mode & 0o777).toBe(0o700);
  const before = statSync(path).ino;
  putInForceIn(store, candidate);
  expect(statSync(path).ino).toBe(before);
});

test("without secrets there is no directory for them", () => {
  const store = newStore();
  const generation = { ...generationOf(store, 1), config: renderedOf(configText("plain")) };
  putInForceIn(store, generation);
  store.writeJournal(journalOf(generation));
  expect(existsSync(store.secretsDirectory)).toBe(false);
});

test("an agent of somebody else's can read them, as far as it can read its configuration", () => {
  const folder = temporaryFolder();
  const path = join(folder, "shared", "effective.yaml");
  const store = openStore(join(folder, "storage"), undefined, { path, mode: 0o640 });
  const generation = generationOf(store, 1);
  putInForceIn(store, generation);
  expect(store.secretsDirectory).toBe(join(folder, "shared", "secrets"));
  expect(statSync(store.secretsDirectory).mode & 0o777).toBe(0o750);
  const [name = ""] = readdirSync(store.secretsDirectory);
  expect(statSync(join(store.secretsDirectory, name)).mode & 0o777).toBe(0o640);
});

test("what a candidate needs stays through journals, what nobody needs any more goes", () => {
  const store = newStore();
  const [one, two] = [generationOf(store, 1), generationOf(store, 2)];
  putInForceIn(store, one);
  store.keepSecrets(two);
  store.writeJournal(journalOf(one));
  expect(secretsOf(store)).toEqual(["secret 1", "secret 2"]);
  // The second one was refused; the third one is taken.
  const three = generationOf(store, 3);
  store.keepSecrets(three);
  putInForceIn(store, three);
  store.writeJournal(journalOf(three));
  expect(secretsOf(store)).toEqual(["secret 1", "secret 3"]);
});

test("the secrets of generations that are kept are kept, the others go with them", () => {
  const store = newStore();
  const good = generationOf(store, 1);
  putInForceIn(store, good);
  for (let number = 2; number <= 20; number += 1) {
    const target = generationOf(store, number);
    putInForceIn(store, target);
    store.writeJournal(journalOf(target, good));
  }
  expect(secretsOf(store)).toHaveLength(12);
  expect(secretsOf(store)).toContain("secret 1");
  expect(missing(store)).toEqual([]);
});

test("after a start what was read back from disk has its secrets still", () => {
  const store = newStore();
  const good = generationOf(store, 1);
  putInForceIn(store, good);
  store.writeJournal(journalOf(good));
  const again = openStore(store.directory);
  const read = { ...good, config: { ...good.config, files: [] } };
  again.writeJournal(journalOf(read));
  putInForceIn(again, read);
  again.writeJournal(journalOf(read));
  expect(secretsOf(again)).toEqual(["secret 1"]);
});

test("a candidate of an earlier life leaves nothing, and files of others are left alone", () => {
  const store = newStore();
  const good = generationOf(store, 1);
  putInForceIn(store, good);
  store.keepSecrets(generationOf(store, 2));
  const half = `${generationOf(store, 3).config.files[0]?.name ?? ""}.4711.tmp`;
  writeFileSync(join(store.secretsDirectory, half), "secr");
  writeFileSync(join(store.secretsDirectory, "theirs"), "theirs");
  mkdirSync(join(store.secretsDirectory, "folder"));
  openStore(store.directory).writeJournal(journalOf(good));
  const left = readdirSync(store.secretsDirectory);
  expect(left).toHaveLength(3);
  expect(left).toEqual(expect.arrayContaining(["theirs", "folder"]));
});

const places = [
  "temporary written",
  "secrets kept",
  "before generation",
  "generation kept",
  "effective written",
  "before journal",
  "previous journal kept",
  "journal written",
];

test.each(places)("ended at the place %s, nothing refers to a file that is missing", (place) => {
  for (let count = 1; count <= 12; count += 1) {
    let left = count;
    const directory = join(temporaryFolder(), "storage");
    const store = openStore(directory, (passed) => {
      if (passed === place) left -= 1;
      if (left === 0) throw new Error("ended");
    });
    const life = (): void => {
      for (let number = 1; number <= 3; number += 1) {
        const generation = generationOf(store, number);
        store.keepSecrets(generation);
        putInForceIn(store, generation);
        store.writeJournal(journalOf(generation));
      }
    };
    expectEnd(life);
    expect(missing(store), `${place}:${count}`).toEqual([]);
    const next = openStore(directory);
    const { journal } = next.read();
    if (journal !== undefined) next.writeJournal(journal);
    expect(missing(next), `${place}:${count}, next start`).toEqual([]);
  }
});

function expectEnd(life: () => void): void {
  try {
    life();
  } catch (error) {
    expect(error).toMatchObject({ message: "ended" });
  }
}
