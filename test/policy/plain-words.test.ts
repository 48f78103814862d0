import fc from "fast-check";
import { expect, test } from "vitest";
import { namesNoFile } from "../../src/policy/plain-words.ts";
import { manyPipelines } from "../helpers/agent/agent-configs.ts";

test("a configuration of names and numbers names no file", () => {
  expect(namesNoFile(manyPipelines(10), ["supervisor.yaml", "storage"])).toBe(true);
  expect(namesNoFile('a: {b: "localhost:13133", c: 1.5, d: [x/y, z]}\n', ["storage"])).toBe(true);
});

test.each([
  ["a path from the root", "a: /etc/passwd\n"],
  ["one in quotes", "a: ['/x']\n"],
  ["one behind other text", "a: b,/x\n"],
  ["an address", "a: file://localhost/x\n"],
  ["an escape", 'a: "st\\x6frage/x"\n'],
  ["a code", "a: st%6frage/x\n"],
  ["a tag", "a: !!binary c3RvcmFnZQ==\n"],
  ["a reference", "a: ${env:X}\n"],
  ["another directory", "a: x/../storage\n"],
  ["a home", "a: ~/x\n"],
  ["a name of the working directory", "a: storage/journal.json\n"],
  ["one behind a comma", "a: x,storage\n"],
  ["one behind a sign", "a: 'x=storage'\n"],
])("%s may be one", (_what, text) => {
  expect(namesNoFile(text, ["storage"])).toBe(false);
});

test("beside files with strange names nothing is plain", () => {
  expect(namesNoFile("a: b\n", ["my file"])).toBe(false);
  expect(namesNoFile("a: b\n", ["\u00e4"])).toBe(false);
});

test("whatever stands around a path into the working directory, it is seen", () => {
  const around = fc.constantFrom("", " ", '"', "'", ",", "[", "=", ":", "|\n  ", "- ", "@", "./");
  fc.assert(
    fc.property(
      around,
      around,
      fc.constantFrom("storage", "storage/x", "storage.d"),
      (a, b, path) => {
        expect(namesNoFile(`k: ${a}${b}${path}\n`, ["storage", "storage.d"])).toBe(false);
      },
    ),
  );
});
