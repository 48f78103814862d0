import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../../src/supervisor/store/store.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function fill(folder: string, ...names: readonly string[]): void {
  for (const name of names) writeFileSync(join(folder, name), "x");
}

test("what a question to the binary left behind is gone with the next start, and nothing else", () => {
  const store = openStore(join(temporaryFolder(), "storage"));
  fill(store.directory, "candidate-12.yaml", "resource-form.yaml", "candidate.yaml");
  store.clearLeftOver();
  expect(readdirSync(store.directory).sort()).toEqual(["candidate.yaml", "generations"]);
});

test("what a kill left half written is gone with the next start, and nothing that only looks like it", () => {
  const store = openStore(join(temporaryFolder(), "storage"));
  const generations = join(store.directory, "generations");
  fill(store.directory, "journal.json.19.tmp", "effective.yaml.4194304.tmp", "of-mine.tmp", "a.1");
  fill(generations, "000002.yaml.19.tmp", "000002.yaml");
  mkdirSync(join(store.directory, "machine.json.7.tmp"));
  store.clearLeftOver();
  expect(readdirSync(store.directory).sort()).toEqual(["a.1", "generations", "of-mine.tmp"]);
  expect(readdirSync(generations)).toEqual(["000002.yaml"]);
});

test("beside a shared file only what bears its name is removed", () => {
  const folder = temporaryFolder();
  const path = join(folder, "shared", "collector.yaml");
  const store = openStore(join(folder, "storage"), undefined, { path, mode: 0o644 });
  fill(dirname(path), "collector.yaml.19.tmp", "other.yaml.19.tmp", "candidate-1.yaml");
  store.clearLeftOver();
  expect(readdirSync(dirname(path)).sort()).toEqual(["candidate-1.yaml", "other.yaml.19.tmp"]);
});

test("beside the files of a package it is removed too, and in them nothing", () => {
  const store = openStore(join(temporaryFolder(), "storage"));
  const version = join(store.directory, "packages", "agent", "0.149.0-4398e00da17d");
  mkdirSync(join(version, "files"), { recursive: true });
  fill(version, "facts.json.7772.tmp", "facts.json");
  fill(join(version, "files"), "theirs.7.tmp");
  store.clearLeftOver();
  expect(readdirSync(version).sort()).toEqual(["facts.json", "files"]);
  expect(readdirSync(join(version, "files"))).toEqual(["theirs.7.tmp"]);
});
