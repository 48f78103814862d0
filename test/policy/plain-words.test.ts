import { resolve } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkRules } from "../../src/policy/check-policy.ts";
import { namesNoFile } from "../../src/policy/plain-words.ts";
import { manyPipelines } from "../helpers/agent/agent-configs.ts";
import { realPathOf, rulesOf } from "../helpers/core/rules.ts";

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
  ["an address without a host", "a: http:///x\n"],
  ["a host of that name", "a: http://storage/x\n"],
  ["a path behind an address", "a: http://x,/y\n"],
  ["a scheme that only ends like one of the network", "a: xhttp://x\n"],
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

test("addresses on the network are no files", () => {
  const text = 'a: http://localhost:4318\nb: "https://host/path?a=b"\nc: [grpc://x:1, WSS://y/z]\n';
  expect(namesNoFile(text, ["storage"])).toBe(true);
});

test("where it says so, the rules find no file of ours either", () => {
  const rules = rulesOf({}, ["/work/supervisor.yaml", "/work/storage/**"]);
  const inFolder = (path: string): string => realPathOf({})(resolve("/work", path));
  const piece = fc.constantFrom(
    ...["storage", "supervisor.yaml", "x", "/", ".", "/work", ",", ":", "@", "-", "=", " ", "?"],
    ...["http://", "https://", "grpc://", "file:", "unix://", "tcp://", "ws:", "//", "./", "+"],
  );
  const own = "exporters: {file: {path: storage/x}}\n";
  expect(checkRules(rules, own, inFolder)).toHaveLength(1);
  let plain = 0;
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
      const value = `"${pieces.join("")}"`;
      const text = `exporters: {file: {path: ${value}}, otlp: {endpoint: ${value}, x: [${value}]}}\n`;
      if (!namesNoFile(text, ["supervisor.yaml", "storage"])) return;
      plain += 1;
      expect(checkRules(rules, text, inFolder)).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
  expect(plain).toBeGreaterThan(100);
});
