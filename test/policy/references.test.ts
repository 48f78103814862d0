import { test, expect } from "vitest";
import {
  referencesIn,
  isWhole,
  isLocalValue,
  carriesSettings,
  withoutSecrets,
  referenceText,
} from "../../src/policy/references.ts";

const schemes = (text: string): readonly (string | undefined)[] =>
  referencesIn(text).map(({ scheme }) => scheme);

test("a name without a scheme is a variable, and schemes are compared in lower case", () => {
  expect(schemes("${NAME} ${env:NAME} ${FILE:/x} ${x:y}")).toEqual(["env", "env", "file", "env"]);
});

test("references within references are found, from inside to outside", () => {
  expect(schemes("${env:A:-${file:/x}}")).toEqual(["file", "env"]);
  expect(schemes("${yaml:a: ${http://h/}}")).toEqual(["http", "yaml"]);
});

test("a scheme that is put together is not known", () => {
  expect(schemes("${${env:A}:B}")).toEqual(["env", undefined]);
  expect(schemes("${e${env:A:-nv}:B}")).toEqual(["env", undefined]);
  expect(schemes("${${env:A:-file:/x}}")).toEqual(["env", undefined]);
});

test("an even number of dollar signs is text, an odd one is not", () => {
  expect(schemes("$${env:A}")).toEqual([]);
  expect(schemes("$$${env:A}")).toEqual(["env"]);
  expect(schemes("$$$${env:A}")).toEqual([]);
  expect(schemes("${env:A $B {file:/x}")).toEqual(["env"]);
  expect(schemes("${env:A")).toEqual([]);
});

test("only a value that is nothing but references may become a map", () => {
  expect(isWhole(" ${env:A} ")).toBe(true);
  expect(isWhole("${env:A}${yaml:a: b}")).toBe(true);
  expect(isWhole("x${env:A}")).toBe(false);
});

test("a variable alone is said on this machine; one with a default may be said by the server", () => {
  expect(["${A}", "${env:A}"].map(isLocalValue)).toEqual([true, true]);
  expect(["${env:A:-x}", "${env:A}x", "${file:/x}", "${${A}}"].some(isLocalValue)).toBe(false);
});

test.each([
  ["${env:A:-5s}", false],
  ["${env:A:-localhost:4317}", false],
  ["${yaml:5s}", false],
  ["${env:A:-a: b}", true],
  ["${env:A:-[a, b]}", true],
  ["${yaml:endpoint: x}", true],
  ["${env:A:-endpoint:${env:B:- x}}", true],
  ["${env:A:-${env:B}}", false],
  ["${env:A:-${env:B}${env:C}}", true],
])("%s carries settings: %s", (text, expected) => {
  expect(referencesIn(text).some(carriesSettings)).toBe(expected);
});

test("what is shown has no defaults, no inline settings, no logins", () => {
  const shown = (text: string): string => withoutSecrets(text);
  expect(shown("${env:A:-pa55}")).toBe("${env:A:-…}");
  expect(shown("x${env:A:-pa55}y")).toBe("x${env:A:-…}y");
  expect(shown("${yaml:password: pa55}")).toBe("${yaml:…}");
  expect(shown("https://me:pa55@h.example/pa55?key=pa55")).toBe("https://h.example");
  expect(shown("me:pa55@tcp(h:3306)/db")).toBe("tcp(h:3306)/db");
  expect(shown("AccountKey=pa55;Endpoint=https://h.example/")).toBe(
    "AccountKey=…;Endpoint=https://h.example",
  );
  expect(shown("/var/log/a?.log")).toBe("/var/log/a?.log");
  expect(referencesIn("${https://me:pa55@h/pa55}").map(referenceText)).toEqual(["${https://h}"]);
});
