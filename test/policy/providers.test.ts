import { test, expect } from "vitest";
import { faultOfProvider } from "../../src/policy/providers.ts";
import { checkRules } from "../../src/policy/check-policy.ts";
import { rulesOf, found } from "../helpers/core/rules.ts";

const onlyEnv = rulesOf({ providers: { allow: ["env"] } });
const noFile = rulesOf({ providers: { deny: ["file", "http"] } });

test("references to permitted providers pass, a bare name is env", () => {
  expect(found(onlyEnv, "a: ${env:A}\nb: x${B}y\nc: $C\nd: plain\n")).toEqual([]);
  expect(found(noFile, "a: ${env:A}\nb: '${yaml:x}'\n")).toEqual([]);
});

test("references to others are refused, with the place", () => {
  expect(found(onlyEnv, "a: {b: ['${file:/etc/passwd}']}\n")).toEqual(["providers.allow a.b[0]"]);
  expect(found(noFile, "a: ${file:/x}\nb: ${http://h/x}\n")).toEqual([
    "providers.deny a",
    "providers.deny b",
  ]);
});

test("with an empty list of what is allowed there are no references at all", () => {
  expect(found(rulesOf({ providers: { allow: [] } }), "a: ${env:A}\n")).toHaveLength(1);
});

test.each([
  ["capitals", "a: '${FILE:/x}'"],
  ["a default", "a: '${env:NONE:-${file:/x}}'"],
  ["another reference before it", "a: '${env:A}${file:/x}'"],
  ["text around it", "a: 'x ${file:/x} y'"],
  ["inline settings", "a: '${yaml:b: ${file:/x}}'"],
  ["an escaped dollar before it", "a: '$$${file:/x}'"],
  ["a block text", "a: |\n  x\n  ${file:/x}"],
  ["an escape of YAML", 'a: "\\x24{file:/x}"'],
  ["a binary text", "a: !!binary JHtmaWxlOi94fQ=="],
  ["another tag", "a: !thing ${file:/x}"],
  ["a key", "'${file:/x}': 1"],
  ["a merge key", "x: &x {b: '${file:/x}'}\na: {<<: *x}"],
  ["a component that nothing uses", "receivers: {none: {a: '${file:/x}'}}"],
])("%s does not hide a denied provider", (_, text) => {
  expect(found(noFile, `${text}\n`)).not.toEqual([]);
});

test("a provider whose name is put together is refused whatever the lists say", () => {
  for (const text of ["${${env:A}:/x}", "${f${env:NONE}ile:/x}", "${${env:NONE:-file:/x}}"]) {
    expect(found(noFile, `a: '${text}'\n`), text).toEqual(["providers.deny a"]);
  }
});

test("an escaped reference is text", () => {
  expect(found(noFile, "a: $${file:/x}\n")).toEqual([]);
});

test("comments are not looked at", () => {
  expect(found(noFile, "a: 1 # ${file:/x}\n")).toEqual([]);
});

test("what is shown is the provider and its place, no default and no login", () => {
  const text = "a: ${env:A:-pa55}\nb: ${http://me:pa55@h.example/x}\n";
  const rules = rulesOf({ providers: { allow: [] } });
  const shown = checkRules(rules, text, (path) => path).map((each) => each.found);
  expect(shown).toEqual(["${env:A:-…}", "${http://h.example}"]);
});

test("an entry is a scheme", () => {
  expect([faultOfProvider("env"), faultOfProvider("HTTPS")]).toEqual([undefined, undefined]);
  for (const entry of ["", "env:", "${env}", "e"]) expect(faultOfProvider(entry)).toBeDefined();
});
