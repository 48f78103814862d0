import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { extensionKeys } from "../../../../src/supervisor/settings/keys/extension-keys.ts";
import { knownKeys } from "../../../../src/supervisor/settings/keys/known-keys.ts";
import { isOwnKey, keyTexts, textOf } from "../../../../src/supervisor/settings/texts/key-texts.ts";

const root = join(import.meta.dirname, "../../../..");

const keys = [
  ...Object.keys(knownKeys),
  ...Object.entries(extensionKeys).flatMap(([type, table]) =>
    Object.keys(table).map((key) => `extensions.${type}.${key}`),
  ),
  "extensions.nop",
];

/** The sections that keys stand in: `a` and `a.b` of `a.b.c`; a list is called without its brackets. */
const sections = keys.flatMap((key) => {
  const names = key.split(".");
  return names.slice(1).map((_, index) =>
    names
      .slice(0, index + 1)
      .join(".")
      .replace(/\[\]$/, ""),
  );
});

test("there is a text of each key and section, and of nothing else", () => {
  const known = new Set([...keys, ...sections]);
  expect([...known].filter((path) => !(path in keyTexts))).toEqual([]);
  expect(Object.keys(keyTexts).filter((path) => !known.has(path))).toEqual([]);
});

test("a text is a sentence, and does not name the default that the table has", () => {
  for (const path of Object.keys(keyTexts)) {
    const { says } = textOf(path);
    expect(says, path).toMatch(/^[A-Za-z$].*\.(md\.)?$/s);
    expect(says, path).not.toMatch(/Default /);
  }
});

test("the reference supervisor's own files have no key that is said to be ours", () => {
  const folder = join(root, "test/fixtures/settings");
  const used = readdirSync(folder).flatMap((name) =>
    pathsIn(parse(readFileSync(join(folder, name), "utf8")), ""),
  );
  expect(used.length).toBeGreaterThan(100);
  expect(used.filter(isOwnKey)).toEqual([]);
});

function pathsIn(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, `${path}[]`));
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    pathsIn(inner, path === "" ? key : `${path}.${key}`),
  );
}
