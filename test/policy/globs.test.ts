import { test, expect } from "vitest";
import { splitGlob, segmentsOf, widened, contains, meets } from "../../src/policy/globs.ts";

function globOf(path: string): readonly string[] {
  const { fixed, tail } = splitGlob(segmentsOf(path));
  return [...fixed, ...widened(tail)];
}

test.each([
  ["/a/**", "/a/b/c"],
  ["/a/**", "/a"],
  ["/a/**", "/a/**/x"],
  ["/a/**/c", "/a/b/b/c"],
  ["/a/*.log", "/a/x*.log"],
  ["/a/*/c", "/a/b/c"],
  ["/a/**", "/a/{x,y/z}/w"],
  ["/**", "/"],
])("%s contains all of %s", (outer, inner) => {
  expect(contains(globOf(outer), globOf(inner))).toBe(true);
});

test.each([
  ["/a/**", "/b"],
  ["/a/**", "/ab"],
  ["/a/*", "/a/b/c"],
  ["/a/*", "/a/**"],
  ["/a/x*.log", "/a/*.log"],
  ["/a/*.log", "/a/*"],
  ["/a/**/c", "/a/**"],
  ["/a/*", "/a/{x,y/z}"],
  ["/a/*/*.log", "/a/{x,y/z}.log"],
  ["/a/b", "/a/?"],
  ["/a.b", "/axb"],
])("%s does not contain all of %s", (outer, inner) => {
  expect(contains(globOf(outer), globOf(inner))).toBe(false);
});

test.each([
  ["/etc/shadow", "/etc/*"],
  ["/etc/shadow", "/e*/s?adow"],
  ["/etc/shadow", "/**/shadow"],
  ["/etc/**", "/**/shadow"],
  ["/etc/shadow", "/et[a-z]/shadow"],
  ["/etc/shadow", "/{etc,var}/shadow"],
  ["/a/x.log", "/a/{x.log,y/z}"],
  ["/etc/shadow", "/**/**/**/**"],
  ["/a/*.log", "/a/x*"],
])("something may be in both %s and %s", (a, b) => {
  expect(meets(globOf(a), globOf(b))).toBe(true);
  expect(meets(globOf(b), globOf(a))).toBe(true);
});

test.each([
  ["/etc/shadow", "/var/**"],
  ["/etc/shadow", "/etc/*.conf"],
  ["/etc/shadow", "/*/*/shadow"],
  ["/a/*.log", "/a/*.txt"],
  ["/a/**/x", "/b/**/x"],
])("nothing is in both %s and %s", (a, b) => {
  expect(meets(globOf(a), globOf(b))).toBe(false);
  expect(meets(globOf(b), globOf(a))).toBe(false);
});

test("many wildcards do not take long", () => {
  const many = globOf(`/${"*/**/".repeat(400)}x`);
  expect(meets(globOf(`/${"**/a/".repeat(50)}y`), many)).toBe(false);
});

test("one letter that a person permits is one letter, whatever stands there", () => {
  expect(contains(["a", "?"], ["a", "b"])).toBe(true);
  expect(contains(["a", "?"], ["a", "*"])).toBe(false);
});
