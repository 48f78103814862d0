import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Fact } from "../../src/supervisor/core/state/event.ts";
import { initialState, type State, withConfig } from "../../src/supervisor/core/state/state.ts";
import { createStorageKeeper, type StorageKeeper } from "../../src/supervisor/storage-keeper.ts";
import { lockStorage, supervisorOn } from "../../src/supervisor/store/storage-lock.ts";
import { lookAtRefused } from "../../src/supervisor/store/refused-offers.ts";
import { openStore } from "../../src/supervisor/store/store.ts";
import { remoteOf, uid } from "../helpers/core/core-samples.ts";
import { keptLog } from "../helpers/log-lines.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/until.ts";

interface Rig {
  readonly keeper: StorageKeeper;
  readonly directory: string;
  readonly facts: Fact[];
  /** How often what else lies in the directory was looked after. */
  readonly looks: () => number;
  /** The directory cannot be written from here on, whoever tries; the answer makes that good again. */
  readonly lose: () => () => void;
  readonly written: () => number;
  /** What the log has said. */
  readonly said: () => readonly string[];
}

/** The state with this number for its next generation, which the journal holds. */
const numbered = (nextNumber: number): State => withConfig(initialState(uid), { nextNumber });

function rig(): Rig {
  const place = join(temporaryFolder(), "place");
  mkdirSync(place);
  const directory = join(place, "storage");
  const store = openStore(directory);
  const facts: Fact[] = [];
  const { log, lines } = keptLog();
  let looks = 0;
  const keeper = createStorageKeeper({
    store,
    state: () => numbered(7),
    post: (fact) => facts.push(fact),
    log,
    unlock: lockStorage(directory),
    others: () => {
      looks += 1;
    },
  });
  onTestFinished(keeper.release);
  return {
    ...{ keeper, directory, facts },
    looks: () => looks,
    said: () => lines.all.map((line) => JSON.stringify(line)),
    lose: () => {
      // A file above it keeps even root from making anything there.
      renameSync(place, `${place}.away`);
      writeFileSync(place, "");
      return () => {
        rmSync(place);
        renameSync(`${place}.away`, place);
      };
    },
    written: () => {
      const text = readFileSync(join(directory, "journal.json"), "utf8");
      return (JSON.parse(text) as { journal: { nextNumber: number } }).journal.nextNumber;
    },
  };
}

test("what is kept is on disk, and nothing is told as long as that works", () => {
  const { keeper, facts, written } = rig();
  keeper.keep(numbered(3));
  expect(written()).toBe(3);
  expect(keeper.isKept()).toBe(true);
  expect(keeper.mend()).toBeUndefined();
  expect(facts).toEqual([]);
});

test("what cannot be kept is told once with the reason, and once when it can be again", () => {
  const { keeper, facts, lose, written } = rig();
  const giveBack = lose();
  for (const number of [3, 4, 5]) keeper.keep(numbered(number));
  expect(keeper.isKept()).toBe(false);
  expect(facts).toHaveLength(1);
  expect(facts[0]).toMatchObject({ on: "storage-failed" });
  expect(JSON.stringify(facts[0])).toContain("the journal could not be written");
  giveBack();
  keeper.keep(numbered(6));
  expect(facts.slice(1)).toEqual([{ on: "storage-works" }]);
  expect([keeper.isKept(), written()]).toEqual([true, 6]);
});

test("whatever is kept, mended, lost and given back in whatever order, each trouble is told once with its end", () => {
  const happening = fc.constantFrom("lose", "give back", "keep", "mend");
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 16 }), (happenings) => {
      const { keeper, facts, lose } = rig();
      let giveBack: (() => void) | undefined;
      const undo = (): void => {
        giveBack?.();
        giveBack = undefined;
      };
      for (const what of happenings) {
        if (what === "lose") giveBack ??= lose();
        else if (what === "give back") undo();
        else if (what === "keep") keeper.keep(numbered(2));
        else keeper.mend();
      }
      undo();
      keeper.keep(numbered(2));
      keeper.mend();
      const told = facts.map((fact) => JSON.stringify(fact));
      expect(told.every((fact, index) => fact !== told[index - 1])).toBe(true);
      expect([undefined, "storage-works"]).toContain(facts.at(-1)?.on);
      expect(keeper.isKept()).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("by itself it writes what could not be written, takes its lock again, and looks after the rest", async () => {
  const { keeper, directory, facts, lose, looks, written } = rig();
  const giveBack = lose();
  keeper.keep(numbered(3));
  keeper.watch();
  giveBack();
  rmSync(join(directory, "lock"), { recursive: true });
  await until(() => looks() > 0);
  expect(facts.map(({ on }) => on)).toEqual(["storage-failed", "storage-works"]);
  expect(written()).toBe(7);
  expect(supervisorOn(directory)).toBe(process.pid);
  keeper.release();
  expect(supervisorOn(directory)).toBeUndefined();
});

test("what stands in the way of the journal gives way, and without the directory nothing is in force", () => {
  const { keeper, directory, lose, written } = rig();
  mkdirSync(join(directory, "journal.json"));
  expect(keeper.mend()).toBeUndefined();
  expect(written()).toBe(7);
  const giveBack = lose();
  keeper.mend();
  expect(keeper.isKept(), "of the journal nobody has tried to write since").toBe(true);
  giveBack();
});

test("an offer that has failed is kept beside the journal, and one that cannot be kept only costs a line", () => {
  const { keeper, facts, directory, said, written } = rig();
  const why = "no such key";
  const failing = (word: string): State =>
    withConfig(numbered(4), {
      verdict: { is: "failed", hash: remoteOf(word).hash, why },
      failed: remoteOf(word),
    });
  keeper.keep(failing("a"), numbered(3));
  expect(lookAtRefused(directory)).toMatchObject({ hash: remoteOf("a").hash, why });
  rmSync(join(directory, "refused"), { recursive: true });
  writeFileSync(join(directory, "refused"), "");
  keeper.keep(failing("b"), numbered(4));
  expect([written(), facts, keeper.isKept()]).toEqual([4, [], true]);
  expect(
    said().filter((line) => line.includes("the refused offer could not be kept")),
  ).toHaveLength(1);
});
