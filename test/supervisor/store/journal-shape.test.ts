import { createHash } from "node:crypto";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { record } from "../../../src/supervisor/core/report/journal.ts";
import { initialState } from "../../../src/supervisor/core/state/state.ts";
import { isJournal } from "../../../src/supervisor/store/journal-shape.ts";
import { openStore } from "../../../src/supervisor/store/store.ts";
import { uid } from "../../helpers/core/core-samples.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const journal = JSON.parse(JSON.stringify(record(initialState(uid)))) as Record<string, unknown>;

test("what we have written is a journal, and so is what an earlier version has", () => {
  expect(isJournal(journal)).toBe(true);
  const { uid: id, verdict, nextNumber } = journal;
  expect(isJournal({ uid: id, verdict, nextNumber })).toBe(true);
});

test.each([
  [null],
  [[]],
  [{ ...journal, uid: null }],
  [{ ...journal, uid: "x" }],
  [{ ...journal, nextNumber: "1" }],
  [{ ...journal, nextNumber: 1e300 }],
  [{ ...journal, verdict: { is: "applied" } }],
  [{ ...journal, verdict: { is: "better" } }],
  [{ ...journal, good: [] }],
  [{ ...journal, good: { number: 1, hash: "a", remote: { hash: "a", digest: "b" } } }],
  [{ ...journal, good: { number: 1, hash: "a", connections: [] } }],
  [{ ...journal, offers: {} }],
  [{ ...journal, packages: { installed: [null], failures: [] } }],
])("%j is none", (value) => {
  expect(isJournal(value)).toBe(false);
});

test("one with the right checksum that no start could go on with is moved aside, and said", () => {
  const directory = temporaryFolder();
  const text = JSON.stringify({ ...journal, uid: null });
  const sha256 = createHash("sha256").update(text).digest("hex");
  writeFileSync(join(directory, "journal.json"), `{"sha256":"${sha256}","journal":${text}}`);
  const { journal: found, warnings } = openStore(directory).read();
  expect(found).toBeUndefined();
  expect(warnings).toMatchObject([expect.stringContaining("another version")]);
  expect(readdirSync(directory).filter((name) => name.includes("damaged"))).toHaveLength(1);
});

test("a file where the generations are to be is moved aside, and ends no start", () => {
  const directory = temporaryFolder();
  openStore(directory);
  rmSync(join(directory, "generations"), { recursive: true });
  writeFileSync(join(directory, "generations"), "");
  expect(openStore(directory).read().warnings).toEqual([]);
  expect(readdirSync(join(directory, "generations"))).toEqual([]);
});
