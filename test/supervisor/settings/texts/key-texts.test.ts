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

const folder = join(root, "test/fixtures/settings");
const inReferenceFiles = readdirSync(folder).flatMap((name) =>
  pathsIn(parse(readFileSync(join(folder, name), "utf8")), ""),
);

test("the reference supervisor's own files have no key that is said to be ours", () => {
  expect(inReferenceFiles.length).toBeGreaterThan(100);
  expect(inReferenceFiles.filter(isOwnKey)).toEqual([]);
});

test("what these files do not have of server, capabilities and agent is said to be ours", () => {
  const there = (key: string): boolean =>
    inReferenceFiles.some((path) => `${path}.`.replaceAll("[].", ".").startsWith(`${key}.`));
  const missing = Object.keys(knownKeys)
    .filter((key) => /^(server|capabilities|agent)\./.test(key))
    // One certificate at a time is in a file, and no key of a trusted platform module.
    .filter((key) => !/^server\.tls\.(ca|cert|key|tpm)[_.]/.test(key))
    .filter((key) => !there(key));
  expect(missing.filter((key) => !isOwnKey(key))).toEqual([]);
});

function pathsIn(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, `${path}[]`));
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    pathsIn(inner, path === "" ? key : `${path}.${key}`),
  );
}
