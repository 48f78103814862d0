import { resolve } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkRules } from "../../src/policy/check-policy.ts";
import { namesNoFile } from "../../src/policy/plain-words.ts";
import { manyPipelines } from "../helpers/agent/agent-configs.ts";
import { pipeline, realPathOf, rulesOf } from "../helpers/core/rules.ts";

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
  ["a pattern with one letter open", "a: stor?ge/x\n"],
  ["a pattern with more of them open", 'a: "super*"\n'],
  ["a pattern with a choice of letters", 'a: "stor[a]ge/x"\n'],
  ["one at the beginning", 'a: "[s]torage/x"\n'],
  ["a pattern with a choice of words", 'a: "stor{age,y}/x"\n'],
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
  expect(namesNoFile('a: "[q-z]"\n', ["x"])).toBe(false);
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
  const text = 'a: http://localhost:4318\nb: "https://host/path#b"\nc: [grpc://x:1, WSS://y/z]\n';
  expect(namesNoFile(text, ["storage"])).toBe(true);
});

test("where it says so, the rules find no file of ours either", () => {
  const rules = rulesOf({}, ["/work/supervisor.yaml", "/work/storage/**"]);
  const inFolder = (path: string): string => realPathOf({})(resolve("/work", path));
  const piece = fc.constantFrom(
    ...["storage", "supervisor.yaml", "x", "/", ".", "/work", ",", ":", "@", "-", "=", " ", "?"],
    ...["http://", "https://", "grpc://", "file:", "unix://", "tcp://", "ws:", "//", "./", "+"],
    ...["*", "^", "!", "storag", "e", "s", "torage", "supervisor.y", "aml", "|"],
  );
  const writing = (value: string): string =>
    pipeline("nop: {}", `file: {path: ${value}, x: [${value}], y: {endpoint: ${value}}}`);
  expect(checkRules(rules, writing("storage/x"), inFolder)).not.toEqual([]);
  let plain = 0;
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
      const text = writing(`"${pieces.join("")}"`);
      if (!namesNoFile(text, ["supervisor.yaml", "storage"])) return;
      plain += 1;
      expect(checkRules(rules, text, inFolder)).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
  expect(plain).toBeGreaterThan(100);
});

test("where it says so, no pattern stands for a file of ours", () => {
  const piece = fc.constantFrom(
    ...["[s]", "[a-z]", "[^x]", "{s,x}", "{storage,x}", "{stor", ",y}", "[", "]", "*", "?", "**"],
    ...["s", "torage", "storag", "e", "a", "super", "visor.yaml", "/x", "/", ".", "x"],
  );
  const asRegExp = (pattern: string): RegExp | undefined => {
    const source = pattern
      .replaceAll(".", "\\.")
      .replaceAll(/\*+/g, ".*")
      .replaceAll("?", ".")
      .replaceAll(/\{([^{}]*)\}/g, (_, words: string) => `(?:${words.replaceAll(",", "|")})`);
    try {
      return new RegExp(`^${source}$`);
    } catch {
      // No pattern at all.
      return undefined;
    }
  };
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 7 }), (pieces) => {
      const pattern = pieces.join("");
      if (!namesNoFile(`a: "${pattern}"\n`, ["supervisor.yaml", "storage"])) return;
      const own = ["storage", "storage/x", "supervisor.yaml"];
      expect(own.filter((path) => asRegExp(pattern)?.test(path) === true)).toEqual([]);
    }),
    { numRuns: 5_000 },
  );
});
