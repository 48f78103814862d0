import { expect, test } from "vitest";
import { fromTaggedJson, toTaggedJson } from "../../../src/dev-server/store/tagged-json.ts";

test.each([
  ["whole numbers of any size", { a: 2n ** 64n, b: -1n, c: [0n] }],
  ["bytes", { a: Uint8Array.of(0, 255), b: new Uint8Array() }],
  ["maps in maps", new Map([["a", new Map([["__proto__", 1n]])]])],
  ["plain values", { a: [1, "x", true, null, { b: [] }] }],
  ["a map with a tag as its key", new Map([["$integer", "1"]])],
])("%s come back as they were", (_, value) => {
  expect(fromTaggedJson(toTaggedJson(value))).toEqual(value);
});

test("what is no JSON throws, and tags with other things in them are plain objects", () => {
  expect(() => fromTaggedJson("{")).toThrow();
  expect(fromTaggedJson('{"$map": 1}')).toEqual({ $map: 1 });
  expect(fromTaggedJson('{"$map": [1, ["a", 2]]}')).toEqual(new Map([["a", 2]]));
});
