import fc from "fast-check";
import { expect, test } from "vitest";
import { baseOf, isBelow, writableBy, writableOf } from "../../../src/policy/kernel/writable.ts";

test.each([
  ["/var/log/app.log", "/var/log/app.log", true],
  ["/var/log/**", "/var/log", true],
  ["/var/log/*.log", "/var/log", false],
  ["/data/*/x", "/data", false],
  ["/**", "/", true],
  ["/${env:X}/y", "/", false],
])("%s stands below %s", (entry, path, exact) => {
  expect(baseOf(entry)).toEqual({ entry, path, exact });
});

test("a path is below itself and its directories, not below one that only begins alike", () => {
  expect(isBelow("/a/b", ["/a/b"])).toBe(true);
  expect(isBelow("/a/b", ["/"])).toBe(true);
  expect(isBelow("/a/bc", ["/a/b"])).toBe(false);
});

test("what holds files of ours is not opened, what lies beside or within is", () => {
  const own = ["/etc/sup/supervisor.yaml", "/state"];
  expect(writableBy(["/etc/**", "/state", "/state/queue", "/etc/sup/*.yaml"], own)).toEqual({
    open: ["/state/queue"],
    held: ["/etc/**", "/state", "/etc/sup/*.yaml"],
  });
});

test("an entry for everything opens nothing", () => {
  expect(writableBy(["/", "/**", "/*/x"], [])).toEqual({ open: [], held: ["/", "/**", "/*/x"] });
});

test("a path that stands as it is has no wildcards", () => {
  expect(writableOf(["/data/[a]"], ["/data/own"])).toEqual({ open: ["/data/[a]"], held: [] });
});

const segment = fc.constantFrom("a", "b", "ab", "*", "**", "[", "..x");
const path = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((parts) => `/${parts.join("/")}`);

test("nothing of ours is ever open, and no open path lies below another one", () => {
  fc.assert(
    fc.property(fc.array(path), fc.array(path), (allow, own) => {
      for (const { open } of [writableBy(allow, own), writableOf(allow, own)]) {
        expect(own.filter((each) => isBelow(each, open))).toEqual([]);
        for (const each of open)
          expect(
            isBelow(
              each,
              open.filter((other) => other !== each),
            ),
          ).toBe(false);
      }
    }),
  );
});
