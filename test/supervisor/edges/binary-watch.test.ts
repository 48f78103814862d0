import {
  appendFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createBinaryWatch } from "../../../src/supervisor/edges/binary-watch.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface World {
  readonly at: (name: string) => string;
  readonly put: (name: string, text: string) => void;
  /** What a look says. */
  readonly look: () => number;
  readonly choose: (name: string) => void;
}

function world(): World {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const put = (name: string, text: string): void => {
    writeFileSync(at(`${name}.new`), text);
    renameSync(at(`${name}.new`), at(name));
  };
  let [chosen, told] = ["otelcol", 0];
  put("otelcol", "one");
  const look = createBinaryWatch(
    () => at(chosen),
    () => (told += 1),
  );
  return {
    ...{ at, put },
    choose: (name) => void (chosen = name),
    look: () => {
      const before = told;
      look();
      return told - before;
    },
  };
}

test("a file that stays is not told of, another one in its place once", () => {
  const { put, look } = world();
  expect(look()).toBe(0);
  put("otelcol", "two");
  expect(look()).toBe(1);
  expect(look()).toBe(0);
});

test("a file that is written to is another one", () => {
  const { at, look } = world();
  appendFileSync(at("otelcol"), "more");
  expect([look(), look()]).toEqual([1, 0]);
});

test("a file that is gone for a while is told of only when another one comes back", () => {
  const { at, put, look } = world();
  renameSync(at("otelcol"), at("kept"));
  expect([look(), look()]).toEqual([0, 0]);
  renameSync(at("kept"), at("otelcol"));
  expect(look()).toBe(0);
  rmSync(at("otelcol"));
  put("otelcol", "two");
  expect([look(), look()]).toEqual([1, 0]);
});

test("a file that comes where there was none takes no other one's place", () => {
  const { put, look, choose } = world();
  choose("later");
  expect(look()).toBe(0);
  put("later", "one");
  expect(look()).toBe(0);
  put("later", "two");
  expect(look()).toBe(1);
});

test("another path is for whoever wrote it to tell", () => {
  const { put, look, choose } = world();
  put("other", "other");
  choose("other");
  expect(look()).toBe(0);
  put("other", "again");
  expect(look()).toBe(1);
});

test("a link that leads to another file is another file", () => {
  const { at, put, look, choose } = world();
  put("two", "two");
  symlinkSync(at("otelcol"), at("link"));
  choose("link");
  expect(look()).toBe(0);
  unlinkSync(at("link"));
  symlinkSync(at("two"), at("link"));
  expect(look()).toBe(1);
});
