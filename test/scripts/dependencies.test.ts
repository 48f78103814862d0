import { join } from "node:path";
import { expect, test } from "vitest";

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly isShipped: boolean;
}

// A plain script, which has no types.
const path = join(import.meta.dirname, "../../scripts/dependencies.js");
const { advisoriesIn, licenceProblems, packagesOf, readAnswer } = (await import(path)) as {
  packagesOf: (lock: object, bom: object) => readonly Package[];
  licenceProblems: (packages: readonly Package[]) => readonly string[];
  advisoriesIn: (answer: object, packages: readonly Package[]) => readonly string[];
  readAnswer: (text: string) => object | undefined;
};

const lock = {
  packages: {
    "": { version: "1.0.0" },
    "node_modules/@a/b": { version: "1.0.0", license: "MIT" },
    "node_modules/c": { version: "2.0.0", license: "MPL-2.0" },
    "node_modules/c/node_modules/@a/b": { version: "0.9.0" },
  },
};
const bom = { components: [{ purl: "pkg:npm/%40a/b@1.0.0" }] };
const packages = packagesOf(lock, bom);

test("what is shipped is told from what is only used, each version by itself", () => {
  expect(packages.map(({ name, version, isShipped }) => [name, version, isShipped])).toEqual([
    ["@a/b", "1.0.0", true],
    ["c", "2.0.0", false],
    ["@a/b", "0.9.0", false],
  ]);
});

test("a licence that nobody has permitted is refused, and more is permitted of what is not shipped", () => {
  expect(licenceProblems(packages)).toEqual([
    expect.stringMatching(/^@a\/b 0\.9\.0 is used: expected one of .*, found none/),
  ]);
  const shipped = packages.map((each) => ({ ...each, isShipped: true }));
  expect(licenceProblems(shipped).join()).toContain("c 2.0.0 is shipped: expected one of");
});

test("only a weakness that is grave and shipped counts", () => {
  const weak = (name: string, severity: string) => ({
    name,
    severity,
    via: [{ title: "bad" }, "x"],
  });
  const answer = (severity: string) => ({
    vulnerabilities: { "@a/b": weak("@a/b", severity), c: weak("c", "critical") },
  });
  expect(advisoriesIn(answer("moderate"), packages)).toEqual([]);
  expect(advisoriesIn(answer("high"), packages)).toEqual([
    "@a/b has a weakness that counts as high: bad; x",
  ]);
});

test.each(["", "<html>", '{"error":{"code":"ENOTFOUND"}}', '{"message":"offline"}'])(
  "without an answer of the registry nothing is said of weaknesses: %s",
  (text) => {
    expect(readAnswer(text)).toBeUndefined();
    expect(readAnswer('{"vulnerabilities":{}}')).toBeDefined();
  },
);
